#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace patchpilot {

/// How many bytes the UTF-8 character at `at` has (RFC 3629), or 0 where there is none.
std::size_t utf8Length(std::string_view text, std::size_t at);

/// Adds a character as UTF-8. @param code  a code point, at most 0x10FFFF
void appendUtf8(std::string& text, std::uint32_t code);

/// Text out of a file of unknown origin as it can be shown in a line: bytes that are no UTF-8 become `?`, and
/// control characters, which could move a terminal's cursor or change its colours, become spaces. Spaces at
/// both ends go.
std::string oneLine(std::string_view text);

/// The beginning of a text in at most so many bytes. No character is cut, nor an accent or another combining
/// mark from what it belongs to; a byte that is no UTF-8 counts as a character.
std::string_view beginningOf(std::string_view text, std::size_t mostBytes);

/// A name in at most so many bytes. It is cut at its end like `beginningOf`, but a number there stays, which
/// tells it from others: "A long name 12" becomes "A lo 12".
std::string shortName(std::string_view name, std::size_t mostBytes);

}  // namespace patchpilot
