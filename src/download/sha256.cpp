#include "download/sha256.h"

#include "base/error.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <vector>

namespace patchpilot {

struct Sha256::Impl {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {
  if (impl_->context == nullptr || EVP_DigestInit_ex(impl_->context.get(), EVP_sha256(), nullptr) != 1)
    failSystem("OpenSSL offers no SHA-256");
}

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::uint8_t> bytes) {
  EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size());
}

std::string Sha256::digest() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_DigestFinal_ex(impl_->context.get(), digest, &length);
  std::string text;
  for (unsigned int i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

std::string sha256OfFile(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) failInput("{} cannot be read", file.string());
  Sha256 hash;
  std::vector<std::uint8_t> piece(1 << 20);
  while (stream) {
    stream.read(reinterpret_cast<char*>(piece.data()), std::streamsize(piece.size()));
    hash.add(std::span(piece).first(std::size_t(stream.gcount())));
  }
  if (stream.bad()) failInput("{} cannot be read to its end", file.string());
  return hash.digest();
}

bool isSha256(std::string_view text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

}  // namespace patchpilot
