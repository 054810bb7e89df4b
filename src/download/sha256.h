#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace patchpilot {

/// SHA-256 (FIPS 180-4) of bytes that arrive in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();

  void add(std::span<const std::uint8_t> bytes);
  /// 64 hexadecimal digits in lower case; nothing may be added after that.
  std::string digest();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// @throws Error (input) if the file cannot be read
std::string sha256OfFile(const std::filesystem::path& file);

/// Whether a text is a SHA-256 in hexadecimal digits.
bool isSha256(std::string_view text);

}  // namespace patchpilot
