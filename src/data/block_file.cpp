#include "data/block_file.h"

#include "base/error.h"
#include "base/mapped_file.h"
#include "data/checksum.h"
#include "data/little_endian.h"

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBlockHeader = 2 * sizeof(std::uint64_t);

/// The block at the beginning of `bytes`, or nothing if it is incomplete or damaged.
std::optional<std::span<const std::uint8_t>> firstBlock(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kBlockHeader) return std::nullopt;
  const auto size = getLittleEndian<std::uint64_t>(bytes.data());
  const auto sum = getLittleEndian<std::uint64_t>(bytes.data() + sizeof(size));
  if (size > bytes.size() - kBlockHeader) return std::nullopt;
  const auto block = bytes.subspan(kBlockHeader, size);
  if (checksum(block) != sum) return std::nullopt;
  return block;
}

}  // namespace

BlockFile::BlockFile(const fs::path& path, const Kind& kind, std::string_view content) {
  const std::string header = std::string(kind.magic) + contentHash(content) + "\n";
  if (!fs::exists(path)) writeFileAtomically(path, header);
  FileLock lock(path);
  std::uintmax_t whole = header.size();
  {
    const MappedFile file(path);
    auto bytes = file.bytes();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!text.starts_with(kind.magic)) failInput("{} {}", path.string(), kind.notThisKind);
    if (!text.starts_with(header)) failInput("{} {}", path.string(), kind.otherContent);
    bytes = bytes.subspan(header.size());
    while (const auto block = firstBlock(bytes)) {
      blocks_.emplace_back(block->begin(), block->end());
      bytes = bytes.subspan(kBlockHeader + block->size());
      whole += kBlockHeader + block->size();
    }
  }
  out_.emplace(path, std::move(lock), whole);
}

void BlockFile::append(std::span<const std::uint8_t> block) {
  Bytes header;
  putLittleEndian(header, std::uint64_t(block.size()));
  putLittleEndian(header, checksum(block));
  out_->append(header);
  out_->append(block);
  out_->flush();
}

}  // namespace patchpilot
