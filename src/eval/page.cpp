#include "eval/page.h"

#include "base/error.h"

#include <cmath>

namespace patchpilot {

namespace {

constexpr const char* kDataMark = "%%DATA%%";

/// JSON that may stand inside a <script>: nothing in it ends one.
std::string insideScript(const std::string& data) {
  std::string safe;
  for (const char c : data) safe += c == '<' ? "\\u003c" : std::string(1, c);
  return safe;
}

}  // namespace

std::string base64(const Bytes& bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? bytes[i + k] : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k > bytes.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63];
  }
  return text;
}

std::string pageWith(std::string page, const std::string& data) {
  const std::size_t mark = page.find(kDataMark);
  if (mark == std::string::npos) throw Error(ExitCode::internal, "a page has no place for its data");
  return page.replace(mark, std::string(kDataMark).size(), insideScript(data));
}

std::optional<double> rounded(double value) {
  return std::isfinite(value) ? std::optional(std::round(value * 1e4) / 1e4) : std::nullopt;
}

}  // namespace patchpilot
