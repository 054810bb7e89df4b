#include "audio/open_sound.h"

#include <algorithm>
#include <fstream>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr sf_count_t kBlockSamples = 1 << 17;

}  // namespace

Block::Block(int channels)
    : frames(std::max<sf_count_t>(1, kBlockSamples / channels)),
      samples(std::size_t(frames) * std::size_t(channels)) {}

/// A file of which libsndfile reads some bytes differently.
struct OpenSound::PatchedFile {
  PatchedFile(const fs::path& path, const SoundHeader& soundHeader)
      : stream(path, std::ios::binary),
        header(soundHeader),
        size(sf_count_t(fs::file_size(path) - header.begin) - (header.omitted ? 1 : 0)) {}

  static SF_VIRTUAL_IO calls() {
    return {[](void* user) { return self(user).size; },
            [](sf_count_t offset, int whence, void* user) { return self(user).seek(offset, whence); },
            [](void* to, sf_count_t count, void* user) {
              return self(user).read(static_cast<std::uint8_t*>(to), count);
            },
            [](const void*, sf_count_t, void*) { return sf_count_t(0); },
            [](void* user) { return self(user).position; }};
  }

 private:
  static PatchedFile& self(void* user) { return *static_cast<PatchedFile*>(user); }

  sf_count_t seek(sf_count_t offset, int whence) {
    const auto base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position : size;
    position = std::clamp<sf_count_t>(base + offset, 0, size);
    return position;
  }

  sf_count_t read(std::uint8_t* to, sf_count_t count) {
    count = std::min(count, size - position);
    const sf_count_t omitted = header.omitted ? sf_count_t(*header.omitted) : size;
    const sf_count_t before = std::clamp<sf_count_t>(omitted - position, 0, count);
    sf_count_t got = before > 0 ? readPatched(to, position, before) : 0;
    if (got == before && count > before)
      got += readPatched(to + before, position + before + 1, count - before);
    position += got;
    return got;
  }

  /// Reads from a place of the file as it is after patching, before the byte is left out.
  sf_count_t readPatched(std::uint8_t* to, sf_count_t at, sf_count_t count) {
    stream.clear();
    stream.seekg(sf_count_t(header.begin) + at);
    stream.read(reinterpret_cast<char*>(to), count);
    const sf_count_t got = stream.gcount();
    for (const HeaderPatch& patch : header.patches) {
      const auto first = sf_count_t(patch.offset), last = first + sf_count_t(patch.bytes.size());
      for (sf_count_t i = std::max(first, at); i < std::min(last, at + got); ++i)
        to[i - at] = patch.bytes[std::size_t(i - first)];
    }
    return got;
  }

  std::ifstream stream;
  SoundHeader header;
  sf_count_t size, position = 0;
};

OpenSound::OpenSound(const fs::path& path, const SoundHeader& header) {
  if (!header.readsOtherwise()) {
    file_.reset(sf_open(path.c_str(), SFM_READ, &info_));
    return;
  }
  patched_ = std::make_unique<PatchedFile>(path, header);
  SF_VIRTUAL_IO calls = PatchedFile::calls();
  file_.reset(sf_open_virtual(&calls, SFM_READ, &info_, patched_.get()));
}

OpenSound::~OpenSound() = default;
OpenSound::OpenSound(OpenSound&&) noexcept = default;

bool OpenSound::goTo(sf_count_t frame) {
  if (frame == 0 || sf_seek(get(), frame, SEEK_SET) == frame) return true;
  if (sf_seek(get(), 0, SEEK_SET) != 0) return false;
  return skip(frame) == frame;
}

sf_count_t OpenSound::skip(sf_count_t frames) {
  Block block(info_.channels);
  sf_count_t done = 0;
  while (done < frames) {
    const sf_count_t got = sf_readf_float(get(), block.samples.data(), std::min(block.frames, frames - done));
    if (got <= 0) break;
    done += got;
  }
  return done;
}

}  // namespace patchpilot
