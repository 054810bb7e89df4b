#include "listen/target.h"

#include "audio/file.h"
#include "audio/level.h"
#include "base/error.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

Target readTarget(const std::filesystem::path& file, const TargetOptions& options) {
  const SoundFile read =
      readSound(file, {.startSeconds = options.startSeconds, .durationSeconds = options.durationSeconds});
  Target target;
  target.file = file;
  if (read.fileChannels > kChannels)
    target.warnings.push_back(fmt::format("{} channels are mixed down to two", read.fileChannels));

  const TargetAnalysis analysis = analyseSound(read.sound, {options.note, options.lengthSeconds});
  target.warnings.insert(target.warnings.end(), analysis.warnings.begin(), analysis.warnings.end());
  const auto onset = options.beginsWithNote
                         ? 0
                         : std::min(std::size_t(std::llround(analysis.onsetSeconds * kSampleRateHz)),
                                    read.sound.frames() - 1);
  const double longest = options.durationSeconds.value_or(kLongestSeconds);
  const std::size_t frames =
      std::min(read.sound.frames() - onset, std::size_t(std::llround(longest * kSampleRateHz)));
  target.sound = read.sound.slice(onset, std::max<std::size_t>(1, frames));
  target.startSeconds = options.startSeconds.value_or(0) + double(onset) / kSampleRateHz;
  target.note = analysis.note;
  target.noteConfidence = analysis.noteConfidence;
  target.otherNotes = analysis.otherNotes;
  target.lengthSeconds = analysis.noteLengthSeconds;
  target.lengthOpen = !options.lengthSeconds;
  target.spectrum = mssSpectrum(target.sound);
  return target;
}

}  // namespace patchpilot
