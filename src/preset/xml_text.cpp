#include "preset/xml_text.h"

#include <fmt/format.h>

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

/// One past the `>` of the tag at `begin`. A `>` inside quotes does not end it.
std::size_t tagEnd(std::string_view xml, std::size_t begin) {
  char quote = 0;
  for (std::size_t i = begin + 1; i < xml.size(); ++i) {
    const char c = xml[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

/// How many bytes the UTF-8 character at `at` has (RFC 3629), or 0 where there is none.
std::size_t utf8Length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto lead = byte(at);
  std::size_t length = 0;
  if (lead < 0x80) length = 1;
  else if (lead >= 0xC2 && lead < 0xE0) length = 2;
  else if (lead >= 0xE0 && lead < 0xF0) length = 3;
  else if (lead >= 0xF0 && lead < 0xF5) length = 4;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  const auto second = byte(at + 1);
  if (lead == 0xE0 && second < 0xA0) return 0;
  if (lead == 0xED && second > 0x9F) return 0;
  if (lead == 0xF0 && second < 0x90) return 0;
  if (lead == 0xF4 && second > 0x8F) return 0;
  return length;
}

void appendUtf8(std::string& text, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { text.push_back(char(static_cast<unsigned char>(byte))); };
  if (code < 0x80) return put(code);
  if (code < 0x800) put(0xC0 | code >> 6);
  else if (code < 0x10000) put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 0x3F));
  else put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F)), put(0x80 | (code >> 6 & 0x3F));
  put(0x80 | (code & 0x3F));
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
