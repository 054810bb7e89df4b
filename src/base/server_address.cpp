#include "base/server_address.h"

#include "base/error.h"
#include "base/files.h"

#include <charconv>

namespace patchpilot {

namespace {

constexpr const char* kFileName = "address";
constexpr std::string_view kBegin = "http://127.0.0.1:";
constexpr std::uintmax_t kMostBytes = 100;

}  // namespace

void writeServerAddress(const std::filesystem::path& folder, int port) {
  writeFileAtomically(folder / kFileName, fmt::format("{}{}/\n", kBegin, port));
}

void removeServerAddress(const std::filesystem::path& folder) noexcept {
  std::error_code ignored;
  std::filesystem::remove(folder / kFileName, ignored);
}

std::optional<int> readServerPort(const std::filesystem::path& folder) {
  Bytes bytes;
  try {
    bytes = readFile(folder / kFileName, kMostBytes);
  } catch (const Error&) {
    return std::nullopt;
  }
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kBegin)) return std::nullopt;
  text.remove_prefix(kBegin.size());
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || port < 1 || port > 65535 ||
      !text.substr(std::size_t(end - text.data())).starts_with('/'))
    return std::nullopt;
  return port;
}

}  // namespace patchpilot
