// Sound files of every format: read, and their cycles repeated. `fuzz_analysis.cpp` takes over from there.
#include "audio/file.h"
#include "audio/level.h"
#include "audio/root_key.h"
#include "audio/single_cycle.h"
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace {

/// A file in memory, which has a path.
class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* data, std::size_t size) : descriptor_(::memfd_create("sound", MFD_CLOEXEC)) {
    patchpilot::mustHold(descriptor_ >= 0 && ::write(descriptor_, data, size) == ssize_t(size),
                         "memory holds a file");
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace patchpilot;
  const MemoryFile file(data, size);
  readOrRefuse([&] {
    // The size chooses what is asked for, so that all of it is reached. A short part, because resampling a
    // second takes a hundred times as long as reading a header.
    ReadOptions options;
    options.durationSeconds = 0.1;
    if (size % 2 == 0) options.startSeconds = double(size % 7) / 100;
    const SoundFile read = readSound(file.path(), options);
    mustHold(read.sound.channels() == kChannels && read.sound.frames() > 0, "a file has a sound");
    // Of a rate of 58 Hz a frame is much.
    mustHold(read.sound.seconds() <= 0.101 + 1 / read.fileRateHz, "no more is read than was asked for");
    mustHold(!containsNonFinite(read.sound) && peak(read.sound) > 0, "a sound is finite and not silent");
    for (const RootKey& key : read.rootKeys) mustHold(key.note >= 0 && key.note <= 127, "a key is a note");
    // A low note of many cycles adds thousands of harmonics.
    if (size % 8 != 0) return;
    if (const auto cycle = repeatedCycle(read.stored, read.cycleFrames, 84 + int(size % 43)))
      mustHold(!containsNonFinite(cycle->sound), "a cycle's note is finite");
  });
  return 0;
}
