#pragma once

#include <algorithm>
#include <string>

namespace patchpilot {

/// A text with the letters A to Z in lower case; all other bytes stay, and so UTF-8 does.
inline std::string lowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return text;
}

}  // namespace patchpilot
