#pragma once

#include <string>
#include <string_view>

namespace patchpilot {

/// How many bytes the UTF-8 character at `at` has (RFC 3629), or 0 where there is none.
std::size_t utf8Length(std::string_view text, std::size_t at);

/// Text out of a file of unknown origin as it can be shown in a line: bytes that are no UTF-8 become `?`, and
/// control characters, which could move a terminal's cursor or change its colours, become spaces. Spaces at
/// both ends go.
std::string oneLine(std::string_view text);

}  // namespace patchpilot
