#include "learn/dataset_file.h"

#include "base/error.h"
#include "base/files.h"
#include "embed/sound_image.h"

#include <cstring>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// Begins every such file; the number changes with what a group holds.
constexpr std::string_view kMagic = "patchpilot data 1\n";
constexpr std::size_t kHash = 32;
/// No group is larger: a length beyond it is damage.
constexpr std::uint64_t kLargest = std::uint64_t(1) << 32;

template <typename Value>
void put(Bytes& bytes, const std::vector<Value>& values) {
  const auto* from = reinterpret_cast<const std::uint8_t*>(values.data());
  bytes.insert(bytes.end(), from, from + values.size() * sizeof(Value));
}

Bytes packed(const SoundGroup& group) {
  Bytes bytes;
  put(bytes, std::vector<std::uint64_t>{group.patches, group.conditions});
  put(bytes, group.notes);
  put(bytes, group.images);
  put(bytes, group.mss);
  return bytes;
}

/// @return whether there were as many bytes as were asked for
template <typename Value>
bool take(std::span<const std::uint8_t>& bytes, std::size_t count, std::vector<Value>& values) {
  if (bytes.size() < count * sizeof(Value)) return false;
  values.resize(count);
  if (count > 0) std::memcpy(values.data(), bytes.data(), count * sizeof(Value));
  bytes = bytes.subspan(count * sizeof(Value));
  return true;
}

bool unpack(std::span<const std::uint8_t> bytes, SoundGroup& group) {
  std::vector<std::uint64_t> sizes;
  if (!take(bytes, 2, sizes) || sizes[0] > 100'000 || sizes[1] > 100) return false;
  group.patches = sizes[0];
  group.conditions = sizes[1];
  const std::size_t sounds = (group.conditions + 1) * group.patches;
  return take(bytes, sounds, group.notes) && take(bytes, sounds * SoundImage::kValues, group.images) &&
         take(bytes, group.conditions * group.patches * group.patches, group.mss) && bytes.empty();
}

}  // namespace

DatasetFile::DatasetFile(const fs::path& path, const std::string& name) : path_(path) {
  const std::string beginning = std::string(kMagic) + contentHash(name) + "\n";
  if (!fs::exists(path)) writeFileAtomically(path, beginning);
  stream_.open(path, std::ios::in | std::ios::out | std::ios::binary);
  if (!stream_) failSystem("{}: cannot be opened for writing; check its permissions", path.string());
  std::string found(beginning.size(), '\0');
  stream_.read(found.data(), std::streamsize(found.size()));
  if (!stream_ || !found.starts_with(kMagic))
    failInput("{} holds no data to train by; remove it, or name another --out", path.string());
  if (found != beginning)
    failInput("{} holds data of other libraries or options; remove it to render anew, or name another --out",
              path.string());
  readGroups();
}

void DatasetFile::readGroups() {
  std::uintmax_t whole = std::uintmax_t(stream_.tellg());
  for (;;) {
    std::uint64_t size = 0;
    std::string hash(kHash, '\0');
    stream_.read(reinterpret_cast<char*>(&size), sizeof(size));
    stream_.read(hash.data(), kHash);
    if (!stream_ || size > kLargest || size > fs::file_size(path_) - whole) break;
    Bytes bytes(size);
    stream_.read(reinterpret_cast<char*>(bytes.data()), std::streamsize(size));
    SoundGroup group;
    if (!stream_ || contentHash(bytes) != hash || !unpack(bytes, group)) break;
    groups_.push_back(std::move(group));
    whole += sizeof(size) + kHash + size;
  }
  fs::resize_file(path_, whole);
  stream_.clear();
  stream_.seekp(std::streamoff(whole));
}

void DatasetFile::append(const SoundGroup& group) {
  const Bytes bytes = packed(group);
  const std::uint64_t size = bytes.size();
  const std::string hash = contentHash(bytes);
  stream_.write(reinterpret_cast<const char*>(&size), sizeof(size));
  stream_.write(hash.data(), kHash);
  stream_.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(size));
  stream_.flush();
  if (!stream_) failSystem("{}: cannot be written; is the disk full?", path_.string());
}

}  // namespace patchpilot
