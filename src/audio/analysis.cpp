#include "audio/analysis.h"

#include <algorithm>

#include "audio/envelope.h"
#include "audio/pitch.h"
#include "base/error.h"

namespace patchpilot {
namespace {

/// The pitch is taken from this much of the note: what follows is decay, reverb and echoes.
constexpr double kPitchSeconds = 1.5;
constexpr double kShortestPitchSeconds = 0.1;
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
  if (!pitch.pitched)
    result.warnings.push_back("no pitch found: C4 (60) is used; give the note if you know it");
  if (pitch.severalNotes) {
    result.warnings.push_back(fmt::format(
        "several notes sound at once (a chord): {} is used; a sound of one note gives better matches",
        pitch.note));
  }
}

}  // namespace

TargetAnalysis analyseSound(const AudioBuffer& sound, const AnalysisOptions& options) {
  if (sound.frames() == 0 || sound.sampleRateHz() != kSampleRateHz) {
    throw Error(ExitCode::internal,
                fmt::format("analysis of {} frames at {} Hz: it takes one or more at 44100 Hz",
                            sound.frames(), sound.sampleRateHz()));
  }
  TargetAnalysis result;
  const std::size_t onset = findOnset(sound);
  result.onsetSeconds = double(onset) / kSampleRateHz;
  const std::vector<std::size_t> later = findLaterOnsets(sound, onset);
  if (!later.empty()) result.warnings.push_back("several onsets: the first note is used");
  const std::size_t end = later.empty() ? sound.frames() : later.front();

  result.noteLengthSeconds = options.noteLengthSeconds.value_or(findRelease(sound, onset, end));
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
