// Sound files of every format: read, corrected, analysed, measured.
#include "audio/analysis.h"
#include "audio/file.h"
#include "audio/level.h"
#include "audio/recording.h"
#include "audio/root_key.h"
#include "audio/single_cycle.h"
#include "features/metric.h"
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
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
    // The size chooses what is asked for, so that all of it is reached.
    ReadOptions options;
    options.durationSeconds = 1;
    if (size % 2 == 0) options.startSeconds = double(size % 7) / 10;
    const SoundFile read = readSound(file.path(), options);
    mustHold(read.sound.channels() == kChannels && read.sound.frames() > 0, "a file has a sound");
    mustHold(read.sound.seconds() <= 1.01, "no more is read than was asked for");
    mustHold(!containsNonFinite(read.sound) && peak(read.sound) > 0, "a sound is finite and not silent");
    for (const RootKey& key : read.rootKeys) mustHold(key.note >= 0 && key.note <= 127, "a key is a note");
    if (const auto cycle = repeatedCycle(read.stored, read.cycleFrames, int(size % 128)))
      mustHold(!containsNonFinite(cycle->sound), "a cycle's note is finite");

    // The analysis takes a hundred times as long as reading, and depends less on single bytes.
    if (size % 4 != 0) return;
    const AudioBuffer sound = correctRecording(read.sound).sound;
    mustHold(sound.frames() == read.sound.frames() && !containsNonFinite(sound),
             "a corrected sound is as long, and finite");
    TargetAnalysis analysis = analyseSound(sound);
    weighRootKeys(analysis, read.rootKeys, size % 3 == 0 ? "Bass_C2" : "sound");
    mustHold(analysis.note >= 0 && analysis.note <= 127, "a note is one of MIDI's");
    mustHold(analysis.noteConfidence >= 0 && analysis.noteConfidence <= 1, "a confidence is 0 to 1");
    mustHold(analysis.onsetSeconds >= 0 && analysis.onsetSeconds < analysis.endSeconds,
             "a note begins before it ends");
    mustHold(analysis.endSeconds <= sound.seconds() + 1e-6, "a note ends within the sound");
    mustHold(analysis.noteLengthSeconds >= 0 && analysis.noteLengthSeconds < 1.1,
             "a key is let go within the sound");
    for (const NoteGuess& guess : analysis.otherNotes)
      mustHold(guess.note >= 0 && guess.note <= 127, "a guess is a note");

    const Ruler ruler({metrics().begin(), metrics().end()}, sound);
    const Measurements same = ruler.measure(sound), other = ruler.measure(read.sound);
    for (const Metric& metric : metrics()) {
      mustHold(std::abs(metric.cost(same.at(metric.name))) < 1e-3, "a sound equals itself");
      mustHold(std::isfinite(other.at(metric.name)), "a distance is a number");
    }
  });
  return 0;
}
