#include "listen/target.h"

#include "audio/file.h"
#include "audio/frames.h"
#include "audio/level.h"
#include "audio/recording.h"
#include "audio/root_key.h"
#include "audio/single_cycle.h"
#include "base/error.h"
#include "listen/sound_target.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

/// The note of a single cycle or a wavetable; nothing for any other sound, or if a part of the file was asked
/// for.
std::optional<Target> cycleTarget(const SoundFile& read, const TargetOptions& options) {
  if (options.startSeconds || options.durationSeconds || read.stored.frames() == 0) return std::nullopt;
  auto cycle = repeatedCycle(read.stored, read.cycleFrames, options.note.value_or(CycleNote::kNote));
  if (!cycle) return std::nullopt;
  Target target;
  target.sound = std::move(cycle->sound);
  target.note = options.note.value_or(CycleNote::kNote);
  target.noteConfidence = 1;
  target.lengthSeconds = options.lengthSeconds.value_or(CycleNote::kHeldSeconds);
  target.warnings.push_back(cycle->message);
  return target;
}

/// Where to end a sound so that half a second of silence is left behind it, which shows that it has ended:
/// more would only make it count less in each mean. Silence is 80 dB or more below the peak.
std::size_t withoutSilence(const AudioBuffer& sound, std::size_t first, std::size_t end) {
  constexpr double kInaudible = 1e-4, kSilenceSeconds = 0.5;
  const auto isHeard = [&](std::size_t frame, double level) {
    return std::abs(sound.channel(0)[frame]) >= level || std::abs(sound.channel(1)[frame]) >= level;
  };
  const double level = kInaudible * peak(sound.slice(first, end - std::min(first, end)));
  std::size_t heard = end;
  while (heard > first && !isHeard(heard - 1, level)) --heard;
  return std::min(end, heard + framesOf(kSilenceSeconds));
}

/// @param name  of the file, without its extension
Target recordedTarget(const AudioBuffer& sound, const std::vector<RootKey>& keys, const std::string& name,
                      const TargetOptions& options) {
  TargetAnalysis analysis = analyseSound(sound, {options.note, options.lengthSeconds});
  if (!options.note && !options.beginsWithNote) weighRootKeys(analysis, keys, name);
  const std::size_t onset =
      options.beginsWithNote ? 0 : std::min(framesOf(analysis.onsetSeconds), sound.frames() - 1);
  // Who asks for a length gets it, whatever sounds in it.
  const bool whole = options.beginsWithNote || options.durationSeconds;
  const std::size_t end =
      whole ? sound.frames() : withoutSilence(sound, onset, framesOf(analysis.endSeconds));
  const std::size_t longest = framesOf(options.durationSeconds.value_or(kLongestSeconds));
  Target target;
  target.sound = sound.slice(onset, std::clamp<std::size_t>(end - std::min(onset, end), 1, longest));
  target.startSeconds = options.startSeconds.value_or(0) + double(onset) / kSampleRateHz;
  target.note = analysis.note;
  target.noteConfidence = analysis.noteConfidence;
  target.otherNotes = analysis.otherNotes;
  target.lengthSeconds = analysis.noteLengthSeconds;
  target.noteOpen = !options.note;
  target.lengthOpen = !options.lengthSeconds;
  target.warnings = analysis.warnings;
  return target;
}

/// @param title  of the sound, for messages
Target correctedTarget(const AudioBuffer& sound, const std::vector<RootKey>& keys, const std::string& name,
                       const std::string& title, const TargetOptions& options) {
  CorrectedRecording recording{sound, {}};
  if (!options.beginsWithNote) recording = correctRecording(sound);
  if (amplitudeToDb(peak(recording.sound)) < kSilenceDb + 60)
    failInput("{}: the sound is silent but for a DC offset; pick another part or file", title);
  Target target = recordedTarget(recording.sound, keys, name, options);
  target.warnings.insert(target.warnings.begin(), recording.corrections.begin(), recording.corrections.end());
  return target;
}

}  // namespace

Target readTarget(const std::filesystem::path& file, const TargetOptions& options) {
  const SoundFile read =
      readSound(file, {.startSeconds = options.startSeconds, .durationSeconds = options.durationSeconds});
  std::vector<std::string> told = read.notes;
  if (read.fileChannels > kChannels)
    told.push_back(fmt::format("{} channels are mixed down to two", read.fileChannels));
  auto target = options.beginsWithNote ? std::nullopt : cycleTarget(read, options);
  if (!target)
    target =
        correctedTarget(read.sound, read.rootKeys, options.name.empty() ? file.stem().string() : options.name,
                        file.string(), options);
  target->file = file;
  target->warnings.insert(target->warnings.begin(), told.begin(), told.end());
  target->spectrum = mssSpectrum(target->sound);
  return *std::move(target);
}

Target makeTarget(const AudioBuffer& sound, const TargetOptions& options) {
  const auto frameAt = [](double seconds) { return std::size_t(std::llround(seconds * kSampleRateHz)); };
  const std::size_t start = frameAt(options.startSeconds.value_or(0));
  if (start >= sound.frames())
    failUsage("the sound is {:g} s long, and {:g} s is beyond its end", sound.seconds(),
              *options.startSeconds);
  const std::size_t frames =
      std::min(sound.frames() - start, frameAt(options.durationSeconds.value_or(sound.seconds())));
  Target target = correctedTarget(sound.slice(start, frames), {}, options.name, "the sound", options);
  target.spectrum = mssSpectrum(target.sound);
  return target;
}

}  // namespace patchpilot
