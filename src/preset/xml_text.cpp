#include "preset/xml_text.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace patchpilot {

namespace {

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// One past `ending`, searched for from `from`, or the end of the text.
std::size_t past(std::string_view xml, std::string_view ending, std::size_t from) {
  const auto at = xml.find(ending, from);
  return at == std::string_view::npos ? xml.size() : at + ending.size();
}

/// Finds a character from growing positions on, and looks at no byte twice.
class NextOf {
 public:
  NextOf(std::string_view text, char wanted) : text_(text), wanted_(wanted) {}

  /// The first within [`position`, `limit`), or npos.
  std::size_t from(std::size_t position, std::size_t limit) {
    if (next_ < position) {
      next_ = position;
      isThere_ = false;
    }
    if (!isThere_ && next_ < limit) {
      const auto found = text_.substr(0, limit).find(wanted_, next_);
      isThere_ = found != std::string_view::npos;
      next_ = isThere_ ? found : limit;
    }
    return isThere_ && next_ < limit ? next_ : std::string_view::npos;
  }

 private:
  std::string_view text_;
  char wanted_;
  std::size_t next_ = 0;  ///< nothing lies before it
  bool isThere_ = false;
};

/// One past the `>` of the tag at `begin`. A `>` inside quotes does not end it.
std::size_t tagEnd(std::string_view xml, std::size_t begin) {
  NextOf end(xml, '>'), doubleQuote(xml, '"'), singleQuote(xml, '\'');
  for (std::size_t i = begin + 1;;) {
    const auto close = end.from(i, xml.size());
    if (close == std::string_view::npos) return close;
    const auto quote = std::min(doubleQuote.from(i, close), singleQuote.from(i, close));
    if (quote == std::string_view::npos) return close + 1;
    const auto unquote = (xml[quote] == '"' ? doubleQuote : singleQuote).from(quote + 1, xml.size());
    if (unquote == std::string_view::npos) return unquote;
    i = unquote + 1;
  }
}

/// The character that a reference without its `&` and `;` stands for, or nothing.
std::optional<std::string> referenced(std::string_view name) {
  if (name == "amp") return "&";
  if (name == "lt") return "<";
  if (name == "gt") return ">";
  if (name == "quot") return "\"";
  if (name == "apos") return "'";
  if (name.size() < 2 || name[0] != '#') return std::nullopt;
  const bool hexadecimal = name[1] == 'x' || name[1] == 'X';
  const auto digits = name.substr(hexadecimal ? 2 : 1);
  std::uint32_t code = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), code, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return std::nullopt;
  std::string text;
  appendUtf8(text, code);
  return text;
}

}  // namespace

std::optional<XmlTag> nextTag(std::string_view xml, std::size_t from) {
  while (from < xml.size()) {
    const auto begin = xml.find('<', from);
    if (begin == std::string_view::npos) return std::nullopt;
    const auto rest = xml.substr(begin);
    if (rest.starts_with("<!--")) {
      from = past(xml, "-->", begin + 4);
    } else if (rest.starts_with("<?")) {
      from = past(xml, "?>", begin + 2);
    } else if (rest.starts_with("<![CDATA[")) {
      from = past(xml, "]]>", begin + 9);
    } else if (rest.starts_with("<!")) {
      from = past(xml, ">", begin + 2);
    } else {
      const auto end = tagEnd(xml, begin);
      if (end == std::string_view::npos) return std::nullopt;
      XmlTag tag;
      tag.begin = begin;
      tag.end = end;
      tag.closing = xml[begin + 1] == '/';
      tag.selfClosing = !tag.closing && end - begin >= 3 && xml[end - 2] == '/';
      const auto nameBegin = begin + (tag.closing ? 2 : 1);
      auto nameEnd = nameBegin;
      while (nameEnd < end && !isSpace(xml[nameEnd]) && xml[nameEnd] != '>' && xml[nameEnd] != '/') ++nameEnd;
      tag.name = xml.substr(nameBegin, nameEnd - nameBegin);
      return tag;
    }
  }
  return std::nullopt;
}

std::optional<XmlTag> findTag(std::string_view xml, std::string_view name, std::size_t from, std::size_t to) {
  while (const auto tag = nextTag(xml, from)) {
    if (tag->begin >= to) break;
    if (!tag->closing && tag->name == name) return tag;
    from = tag->end;
  }
  return std::nullopt;
}

std::optional<XmlTag> findClosing(std::string_view xml, const XmlTag& open, std::size_t to) {
  std::size_t depth = 1;
  std::size_t from = open.end;
  while (const auto tag = nextTag(xml, from)) {
    if (tag->begin >= to) break;
    from = tag->end;
    if (tag->name != open.name || tag->selfClosing) continue;
    depth = tag->closing ? depth - 1 : depth + 1;
    if (depth == 0) return tag;
  }
  return std::nullopt;
}

std::optional<std::string> dangerInXml(std::string_view xml, std::size_t deepest) {
  std::size_t depth = 0;
  std::size_t from = 0;
  while (const auto tag = nextTag(xml, from)) {
    from = tag->end;
    if (tag->closing) depth -= depth > 0;
    else if (!tag->selfClosing && ++depth > deepest)
      return fmt::format("its XML is nested deeper than {} levels", deepest);
  }
  for (auto at = xml.find("<!"); at != std::string_view::npos; at = xml.find("<!", at + 2)) {
    const auto rest = xml.substr(at, 9);
    if (rest.starts_with("<!--")) at = past(xml, "-->", at + 4) - 2;
    else if (rest.starts_with("<!DOCTYPE") || rest.starts_with("<!ENTITY"))
      return "its XML declares entities or a document type, which no preset needs";
  }
  return std::nullopt;
}

std::vector<XmlAttribute> tagAttributes(std::string_view xml, const XmlTag& tag) {
  std::vector<XmlAttribute> attributes;
  std::size_t i = tag.begin + 1 + tag.name.size();
  while (i < tag.end) {
    while (i < tag.end && (isSpace(xml[i]) || xml[i] == '/' || xml[i] == '>')) ++i;
    const auto nameBegin = i;
    while (i < tag.end && !isSpace(xml[i]) && xml[i] != '=' && xml[i] != '>' && xml[i] != '"' &&
           xml[i] != '\'')
      ++i;
    const auto name = xml.substr(nameBegin, i - nameBegin);
    while (i < tag.end && isSpace(xml[i])) ++i;
    if (i < tag.end && xml[i] == '=') ++i;
    while (i < tag.end && isSpace(xml[i])) ++i;
    if (i >= tag.end || (xml[i] != '"' && xml[i] != '\'')) {
      if (i == nameBegin) ++i;
      continue;
    }
    const auto valueEnd = xml.find(xml[i], i + 1);
    if (valueEnd == std::string_view::npos || valueEnd >= tag.end) break;
    attributes.push_back({name, xml.substr(i + 1, valueEnd - i - 1)});
    i = valueEnd + 1;
  }
  return attributes;
}

std::optional<XmlValue> findAttribute(std::string_view xml, const XmlTag& tag, std::string_view name) {
  for (const auto& attribute : tagAttributes(xml, tag)) {
    const auto begin = std::size_t(attribute.value.data() - xml.data());
    if (attribute.name == name) return XmlValue{begin, begin + attribute.value.size()};
  }
  return std::nullopt;
}

void setAttribute(std::string& xml, const XmlTag& tag, std::string_view name, std::string_view value) {
  if (const auto old = findAttribute(xml, tag, name)) {
    xml.replace(old->begin, old->end - old->begin, escapeXml(value));
  } else {
    auto at = tag.end - (tag.selfClosing ? 2 : 1);
    while (at > tag.begin + 1 && isSpace(xml[at - 1])) --at;
    xml.insert(at, fmt::format(" {}=\"{}\"", name, escapeXml(value)));
  }
}

std::string escapeXml(std::string_view text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size();) {
    const auto length = utf8Length(text, i);
    const char c = text[i];
    if (length == 0) escaped += '?';
    else if (length > 1) escaped += text.substr(i, length);
    else if (c == '&') escaped += "&amp;";
    else if (c == '<') escaped += "&lt;";
    else if (c == '>') escaped += "&gt;";
    else if (c == '"') escaped += "&quot;";
    else if (c == '\'') escaped += "&apos;";
    else if (c == '\n' || c == '\t' || c == '\r') escaped += fmt::format("&#x{:02X};", int(c));
    else if (static_cast<unsigned char>(c) < 0x20) escaped += '?';  // XML 1.0 has no way to write these
    else escaped += c;
    i += length == 0 ? 1 : length;
  }
  return escaped;
}

std::string unescapeXml(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto end = text[i] == '&' ? text.substr(i, 12).find(';') : std::string_view::npos;
    const auto character =
        end == std::string_view::npos ? std::nullopt : referenced(text.substr(i + 1, end - 1));
    if (character) {
      plain += *character;
      i += end;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

}  // namespace patchpilot
