#include "daw/waveform.h"

#include "daw/sound_ring.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

Peak peakOf(const AudioBuffer& sound, std::size_t begin, std::size_t end) {
  Peak peak;
  for (int c = 0; c < sound.channels(); ++c)
    for (const float sample : sound.channel(c).subspan(begin, end - begin)) {
      peak.low = std::min(peak.low, sample);
      peak.high = std::max(peak.high, sample);
    }
  return peak;
}

/// Levels of the last-note search are those of steps of this length.
constexpr double kStepSeconds = 0.01;

/// A step counts as sounding above the loudest step by this, and in any case above the floor.
constexpr double kRangeDb = -45, kFloorDb = -80;

/// A note begins if the level rises by this within `kRiseSteps`.
constexpr double kRiseDb = 9;
constexpr std::size_t kRiseSteps = 3;

/// What ends sooner after its onset is the beginning of a note that is still played.
constexpr double kShortestNoteSeconds = 0.15;

std::vector<double> levelsDb(const AudioBuffer& sound) {
  const auto step = std::max<std::size_t>(1, std::size_t(kStepSeconds * sound.sampleRateHz()));
  std::vector<double> levels;
  for (std::size_t begin = 0; begin + step <= sound.frames(); begin += step) {
    double sum = 0;
    for (int c = 0; c < sound.channels(); ++c)
      for (const float sample : sound.channel(c).subspan(begin, step)) sum += double(sample) * sample;
    levels.push_back(10 * std::log10(sum / double(step) + 1e-15));
  }
  return levels;
}

}  // namespace

std::vector<Peak> peaksOf(const AudioBuffer& sound, std::size_t columns) {
  std::vector<Peak> peaks(columns);
  for (std::size_t i = 0; i < columns; ++i)
    peaks[i] = peakOf(sound, i * sound.frames() / columns, (i + 1) * sound.frames() / columns);
  return peaks;
}

bool RingPeaks::update(const SoundRing& ring) {
  if (ring_ != &ring || ring.written() < read_) {
    *this = {};
    ring_ = &ring;
  }
  const std::uint64_t whole = ring.written() / kFrames * kFrames;
  if (whole <= read_) return false;
  const Recording recorded = ring.read(read_, whole);
  read_ = whole;
  // Where older frames were lost the first peak may be of a shorter stretch.
  for (std::size_t end = recorded.sound.frames() % kFrames; end <= recorded.sound.frames(); end += kFrames)
    if (end > 0) peaks_.push_back(peakOf(recorded.sound, end > kFrames ? end - kFrames : 0, end));
  const std::size_t most = ring.capacity() / kFrames;
  if (peaks_.size() > most) peaks_.erase(peaks_.begin(), peaks_.end() - std::ptrdiff_t(most));
  return true;
}

float RingPeaks::level() const {
  constexpr std::size_t kNewest = 12;
  float level = 0;
  for (std::size_t i = peaks_.size() > kNewest ? peaks_.size() - kNewest : 0; i < peaks_.size(); ++i)
    level = std::max({level, -peaks_[i].low, peaks_[i].high});
  return level;
}

Part lastNote(const AudioBuffer& sound) {
  const std::vector<double> levels = levelsDb(sound);
  const Part all{0, std::min(sound.seconds(), kLongestPartSeconds)};
  if (levels.empty()) return all;
  const double threshold = std::max(*std::max_element(levels.begin(), levels.end()) + kRangeDb, kFloorDb);
  const auto sounds = [&](std::size_t i) { return levels[i] > threshold; };
  std::size_t end = levels.size();
  while (end > 0 && !sounds(end - 1)) --end;
  if (end == 0) return all;
  std::size_t begin = 0;
  const auto shortest = std::size_t(kShortestNoteSeconds / kStepSeconds);
  for (std::size_t i = end; i-- > 0;) {
    const bool rises =
        i == 0 || !sounds(i - 1) || (i >= kRiseSteps && levels[i] - levels[i - kRiseSteps] > kRiseDb);
    if (!sounds(i) || !rises || (end - i < shortest && i > 0 && sounds(i - 1))) continue;
    // The rise begins at its lowest step.
    begin = i;
    while (begin > 0 && i - begin < kRiseSteps && levels[begin - 1] < levels[begin]) --begin;
    break;
  }
  const double start = double(begin) * kStepSeconds;
  const double seconds = std::min(double(end - begin) * kStepSeconds, kLongestPartSeconds);
  return {start, std::max(seconds, std::min(kShortestPartSeconds, sound.seconds() - start))};
}

}  // namespace patchpilot
