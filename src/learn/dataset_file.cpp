#include "learn/dataset_file.h"

#include "base/error.h"
#include "data/little_endian.h"
#include "embed/sound_image.h"

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// The number in the magic changes with what a group holds.
constexpr BlockFile::Kind kKind{
    "patchpilot data 2\n", "holds no data to train by; remove it, or name another --out",
    "holds data of other libraries or options; remove it to render anew, or name another --out"};

/// Sizes beyond these are damage.
constexpr std::uint64_t kMostPatches = 100'000, kMostConditions = 100;

template <typename Value>
void put(Bytes& bytes, const std::vector<Value>& values) {
  putLittleEndian(bytes, std::span<const Value>(values));
}

Bytes packed(const SoundGroup& group) {
  Bytes bytes;
  putLittleEndian(bytes, std::uint64_t(group.patches));
  putLittleEndian(bytes, std::uint64_t(group.conditions));
  put(bytes, std::vector<std::int32_t>(group.notes.begin(), group.notes.end()));
  put(bytes, group.images);
  put(bytes, group.mss);
  return bytes;
}

bool unpack(std::span<const std::uint8_t> bytes, SoundGroup& group) {
  std::vector<std::uint64_t> sizes;
  if (!takeLittleEndian(bytes, 2, sizes) || sizes[0] > kMostPatches || sizes[1] > kMostConditions)
    return false;
  group.patches = sizes[0];
  group.conditions = sizes[1];
  const std::size_t sounds = (group.conditions + 1) * group.patches;
  std::vector<std::int32_t> notes;
  if (!takeLittleEndian(bytes, sounds, notes)) return false;
  group.notes.assign(notes.begin(), notes.end());
  return takeLittleEndian(bytes, sounds * SoundImage::kValues, group.images) &&
         takeLittleEndian(bytes, group.conditions * group.patches * group.patches, group.mss) &&
         bytes.empty();
}

}  // namespace

DatasetFile::DatasetFile(const fs::path& path, const std::string& name) : file_(path, kKind, name) {
  for (Bytes& block : file_.blocks()) {
    SoundGroup group;
    if (!unpack(block, group)) failInput("{} is damaged; remove it, or name another --out", path.string());
    groups_.push_back(std::move(group));
    block = {};
  }
  file_.blocks().clear();
}

void DatasetFile::append(const SoundGroup& group) { file_.append(packed(group)); }

}  // namespace patchpilot
