#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchpilot {

/// A tag in XML text, by where it lies. Nothing is copied, and nothing is asked of the text around it: broken
/// references, stray bytes and invalid UTF-8 elsewhere do no harm.
struct XmlTag {
  std::size_t begin = 0;  ///< of its `<`
  std::size_t end = 0;    ///< one past its `>`
  std::string_view name;
  bool closing = false;      ///< `</name>`
  bool selfClosing = false;  ///< `<name />`
};

/// Where the value of an attribute lies, quotes left out.
struct XmlValue {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The first tag that begins at `from` or after; comments, declarations and processing instructions are
/// passed over.
std::optional<XmlTag> nextTag(std::string_view xml, std::size_t from);

/// The first opening or self-closing tag `name` within [`from`, `to`).
std::optional<XmlTag> findTag(std::string_view xml, std::string_view name, std::size_t from, std::size_t to);

/// The tag that closes `open`, which is not self-closing, within the text up to `to`.
std::optional<XmlTag> findClosing(std::string_view xml, const XmlTag& open, std::size_t to);

/// An attribute of a tag: its name, and its value as it stands in the text.
struct XmlAttribute {
  std::string_view name;
  std::string_view value;
};

/// All attributes of `tag`, in its order. What has no quoted value is passed over.
std::vector<XmlAttribute> tagAttributes(std::string_view xml, const XmlTag& tag);

/// What another reader of this text could come to harm by: elements nested deeper than `deepest`, as many
/// readers recurse, or declarations of entities, which may expand without end. Nothing where there is none.
std::optional<std::string> dangerInXml(std::string_view xml, std::size_t deepest = 64);

std::optional<XmlValue> findAttribute(std::string_view xml, const XmlTag& tag, std::string_view name);

/// Sets an attribute of `tag`, adding it after the others where it is not there. Views into `xml`, tags among
/// them, are void afterwards.
/// @param value plain text, UTF-8
void setAttribute(std::string& xml, const XmlTag& tag, std::string_view name, std::string_view value);

/// Text as it stands in an attribute: the five characters of XML, and control characters, as references;
/// bytes that are no UTF-8 become `?`.
std::string escapeXml(std::string_view text);

/// The inverse, for the five named references and numbered ones; anything else stays as it is.
std::string unescapeXml(std::string_view text);

}  // namespace patchpilot
