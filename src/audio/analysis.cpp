#include "audio/analysis.h"

#include <algorithm>
#include <cmath>

#include "audio/envelope.h"
#include "audio/pitch.h"
#include "audio/repetition.h"
#include "base/error.h"

namespace patchpilot {
namespace {

/// The pitch is taken from this much of the note: what follows is decay, reverb and echoes.
constexpr double kPitchSeconds = 1.5;
constexpr double kShortestPitchSeconds = 0.1;
/// Of a pitch, so many periods at least must be heard.
constexpr double kLeastPeriods = 3;
/// The attack is noise, and often glides.
constexpr double kAttackSeconds = 0.02;

void setPitch(TargetAnalysis& result, const AudioBuffer& sound, std::size_t first, double noteSeconds) {
  const double seconds = std::clamp(noteSeconds, kShortestPitchSeconds, kPitchSeconds);
  const auto skipped = first + std::size_t(kAttackSeconds * kSampleRateHz);
  const auto last = std::min(sound.frames(), first + std::size_t(seconds * kSampleRateHz));
  const PitchEstimate pitch = estimatePitch(sound, skipped + 1024 < last ? skipped : first, last);
  result.pitched = pitch.pitched;
  result.note = pitch.note;
  result.noteConfidence = pitch.confidence;
  result.fundamentalHz = pitch.hz;
  result.otherNotes = pitch.otherNotes;
  result.lowestHz = pitch.lowestHz;
  result.keyFeatures = pitch.keyFeatures;
  if (!pitch.pitched) {
    std::string warning = "no pitch found: C4 (60) is used; give the note if you know it";
    const double heardSeconds = double(last - first) / kSampleRateHz, lowest = kLeastPeriods / heardSeconds;
    if (lowest > noteToHz(kLowestNote))
      warning += fmt::format(" (in {:.2f} s no pitch below {:.0f} Hz can be found)", heardSeconds, lowest);
    result.warnings.push_back(warning);
  }
  if (pitch.severalNotes) {
    result.warnings.push_back(fmt::format(
        "several notes sound at once (a chord): {} is used; a sound of one note gives better matches",
        pitch.note));
  }
}

/// What of a sound belongs to the note that begins at an onset.
struct NoteExtent {
  std::size_t end;             ///< of its sound, in samples
  std::size_t releasedBefore;  ///< the key was let go before this
  double bridgedSeconds = 0;   ///< see `findRelease`
};

/// Behind the last sample of a part that is less than 80 dB below its peak, beyond what any metric hears.
std::size_t endOfAudible(const AudioBuffer& sound, std::size_t first, std::size_t last) {
  constexpr float kInaudible = 1e-4f;
  const auto largest = [&](std::size_t from) {
    float peak = 0;
    for (int c = 0; c < sound.channels(); ++c) peak = std::max(peak, std::abs(sound.channel(c)[from]));
    return peak;
  };
  float peak = 0;
  for (std::size_t i = first; i < last; ++i) peak = std::max(peak, largest(i));
  while (last > first + 1 && largest(last - 1) < kInaudible * peak) --last;
  return last;
}

/// Nothing but one onset so soon after the first is of the same note: a click before a slow attack, an
/// envelope that dips, a release that is louder than what it ends.
constexpr double kSameNoteSeconds = 0.35;

NoteExtent extentOf(const AudioBuffer& sound, std::size_t onset) {
  std::vector<std::size_t> later = findLaterOnsets(sound, onset);
  if (later.size() == 1 && double(later.front() - onset) < kSameNoteSeconds * kSampleRateHz) later.clear();
  if (later.empty()) return {sound.frames(), sound.frames(), tremoloSeconds(sound, onset)};
  const auto gated = [&](const std::vector<std::size_t>& pulses) {
    return NoteExtent{sound.frames(), sound.frames(), longestGapSeconds(onset, pulses)};
  };
  switch (repetitionOf(sound, onset, later)) {
    case Repetition::gate: return gated(later);
    case Repetition::echoes: return {sound.frames(), later.front()};
    case Repetition::notes: break;
  }
  // Only some pulses of a gate may lie far enough apart to be later onsets.
  const std::vector<std::size_t> rises = findRises(sound, onset);
  if (repetitionOf(sound, onset, rises) == Repetition::gate) return gated(rises);
  const std::size_t end = endOfAudible(sound, onset, later.front());
  return {end, end};
}

}  // namespace

TargetAnalysis analyseSound(const AudioBuffer& sound, const AnalysisOptions& options) {
  if (sound.frames() == 0 || sound.sampleRateHz() != kSampleRateHz) {
    throw Error(ExitCode::internal,
                fmt::format("analysis of {} frames at {} Hz: it takes one or more at 44100 Hz",
                            sound.frames(), sound.sampleRateHz()));
  }
  TargetAnalysis result;
  std::size_t onset = findOnset(sound);
  const NoteExtent extent = extentOf(sound, onset);
  // What comes later no longer tells how loud is loud.
  if (extent.end < sound.frames()) onset = std::min(findOnset(sound.slice(0, extent.end)), extent.end - 1);
  result.onsetSeconds = double(onset) / kSampleRateHz;
  result.endSeconds = double(extent.end) / kSampleRateHz;
  if (extent.end < sound.frames())
    result.warnings.push_back(
        fmt::format("several onsets: the first note is used, up to {:.2f} s", result.endSeconds));
  result.noteLengthSeconds = options.noteLengthSeconds.value_or(
      findRelease(sound, onset, extent.releasedBefore, extent.bridgedSeconds));
  if (options.note) {
    result.pitched = true;
    result.note = *options.note;
    result.noteConfidence = 1;
    result.fundamentalHz = noteToHz(*options.note);
  } else {
    setPitch(result, sound, onset, result.noteLengthSeconds);
  }
  return result;
}

}  // namespace patchpilot
