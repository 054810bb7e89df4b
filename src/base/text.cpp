#include "base/text.h"

#include <algorithm>

namespace patchpilot {

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

std::string oneLine(std::string_view text) {
  std::string line;
  for (std::size_t i = 0; i < text.size();) {
    const auto length = utf8Length(text, i);
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters as well.
    const bool control =
        byte < 0x20 || byte == 0x7F || (byte == 0xC2 && length == 2 && (text[i + 1] & 0x60) == 0);
    if (length == 0) line += '?';
    else if (control) line += ' ';
    else line += text.substr(i, length);
    i += length == 0 ? 1 : length;
  }
  const auto first = line.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return line.substr(first, line.find_last_not_of(' ') - first + 1);
}

namespace {

/// The character at `at`, whose length is known.
char32_t codePoint(std::string_view text, std::size_t at, std::size_t length) {
  const auto lead = static_cast<unsigned char>(text[at]);
  char32_t code = length == 1 ? lead : lead & (0xFF >> (length + 1));
  for (std::size_t i = 1; i < length; ++i)
    code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3F);
  return code;
}

/// Whether a character belongs to the one before it: combining marks, variation selectors, joiners, skin
/// tones.
bool joinsPrevious(char32_t code) {
  struct Range {
    char32_t first, last;
  };
  constexpr Range kRanges[] = {{0x0300, 0x036F},  {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F},
                               {0x0900, 0x0903},  {0x093A, 0x094D}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A},
                               {0x0E47, 0x0E4E},  {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200D, 0x200D},
                               {0x20D0, 0x20FF},  {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
                               {0x1F3FB, 0x1F3FF}};
  for (const Range& range : kRanges)
    if (code >= range.first && code <= range.last) return true;
  return false;
}

}  // namespace

void appendUtf8(std::string& text, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { text.push_back(char(static_cast<unsigned char>(byte))); };
  if (code < 0x80) return put(code);
  if (code < 0x800) put(0xC0 | code >> 6);
  else if (code < 0x10000) put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 0x3F));
  else put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F)), put(0x80 | (code >> 6 & 0x3F));
  put(0x80 | (code & 0x3F));
}

std::string_view beginningOf(std::string_view text, std::size_t mostBytes) {
  if (text.size() <= mostBytes) return text;
  constexpr char32_t kJoiner = 0x200D;
  std::size_t whole = 0;
  bool joined = true;
  for (std::size_t at = 0; at <= mostBytes;) {
    const std::size_t length = utf8Length(text, at);
    const char32_t code = length == 0 ? 0 : codePoint(text, at, length);
    if (!joined && !joinsPrevious(code)) whole = at;
    joined = code == kJoiner;
    at += std::max<std::size_t>(1, length);
  }
  return text.substr(0, whole);
}

std::string shortName(std::string_view name, std::size_t mostBytes) {
  if (name.size() <= mostBytes) return std::string(name);
  std::size_t end = name.find_last_not_of("0123456789") + 1;
  // " 12", and nothing longer than a number of candidates.
  const bool numbered = end > 1 && end < name.size() && name[end - 1] == ' ' && name.size() - end < 8;
  const std::string_view number = numbered ? name.substr(end - 1) : "";
  if (number.size() >= mostBytes) return std::string(beginningOf(name, mostBytes));
  std::string_view stem = beginningOf(name.substr(0, name.size() - number.size()), mostBytes - number.size());
  while (numbered && stem.ends_with(' ')) stem.remove_suffix(1);
  return std::string(stem) + std::string(number);
}

}  // namespace patchpilot
