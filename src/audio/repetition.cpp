#include "audio/repetition.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

#include "audio/envelope.h"
#include "audio/fft.h"
#include "audio/level.h"

namespace patchpilot {
namespace {

constexpr std::size_t kFft = 8192;
constexpr std::size_t kGateBlock = 441;  // 10 ms
constexpr std::size_t kBands = 24;

/// Square roots of the magnitudes of a part of a sound under a Hann window; of its beginning if it is longer
/// than `kFft`.
std::vector<double> roots(const AudioBuffer& sound, std::size_t first, std::size_t last) {
  const RealFft fft(kFft);
  const std::size_t size = std::min(last - first, kFft);
  std::vector<float> frame(kFft);
  std::vector<std::complex<float>> spectrum(fft.bins());
  std::vector<double> result(fft.bins());
  for (int c = 0; c < sound.channels(); ++c) {
    for (std::size_t i = 0; i < size; ++i)
      frame[i] = sound.channel(c)[first + i] *
                 float(0.5 - 0.5 * std::cos(2 * std::numbers::pi * (double(i) + 0.5) / double(size)));
    fft.forward(frame.data(), spectrum.data());
    for (std::size_t k = 0; k < result.size(); ++k) result[k] += std::norm(spectrum[k]);
  }
  for (double& value : result) value = std::sqrt(std::sqrt(value));
  return result;
}

/// Cosine of two spectra.
double likeness(const std::vector<double>& a, const std::vector<double>& b) {
  const double scale = std::sqrt(std::inner_product(a.begin(), a.end(), a.begin(), 0.0) *
                                 std::inner_product(b.begin(), b.end(), b.begin(), 0.0));
  return scale > 0 ? std::inner_product(a.begin(), a.end(), b.begin(), 0.0) / scale : 0;
}

using Bands = std::array<double, kBands>;

/// Levels in bands of a third of an octave from 60 Hz on, in dB below all of them, down to -50.
Bands bandsOf(const std::vector<double>& roots) {
  Bands bands{};
  double all = 1e-20;
  for (std::size_t k = 1; k < roots.size(); ++k) {
    const double hz = double(k) * kSampleRateHz / double(kFft), power = std::pow(roots[k], 4);
    const double band = 3 * std::log2(hz / 60);
    if (band >= 0 && band < double(kBands)) bands[std::size_t(band)] += power;
    all += power;
  }
  for (double& band : bands) band = std::max(-50.0, 10 * std::log10(band / all + 1e-20));
  return bands;
}

double distance(const Bands& a, const Bands& b) {
  double sum = 0;
  for (std::size_t i = 0; i < kBands; ++i) sum += std::abs(a[i] - b[i]);
  return sum / double(kBands);
}

/// What sounds from one onset until it has fallen by 12 dB.
struct Pulse {
  double topDb, startDb, endDb;  ///< `startDb` and `endDb` are means over its first and last third
  std::vector<double> spectrum;
  Bands start, end;
};

Pulse pulseOf(const AudioBuffer& sound, std::size_t first, std::size_t last) {
  constexpr double kFallenDb = 12;
  const std::vector<double> levels = levelEnvelope(sound.slice(first, last - first), kGateBlock);
  const auto top = std::max_element(levels.begin(), levels.end());
  const auto fallen = [&](double level) { return level <= *top - kFallenDb; };
  // An onset may be found some blocks too early.
  const auto begin = std::find_if_not(levels.begin(), top, fallen),
             end = std::find_if(top, levels.end(), fallen);
  const auto third = std::max<std::ptrdiff_t>(1, (end - begin) / 3);
  const auto mean = [&](auto from) { return std::accumulate(from, from + third, 0.0) / double(third); };
  const std::size_t from = first + std::size_t(begin - levels.begin()) * kGateBlock;
  const std::size_t to = std::min(last, first + std::size_t(end - levels.begin()) * kGateBlock),
                    part = std::size_t(third) * kGateBlock;
  Pulse pulse{*top, mean(begin), mean(end - third), roots(sound, from, to), {}, {}};
  pulse.start = bandsOf(roots(sound, from, std::min(to, from + part)));
  pulse.end = bandsOf(roots(sound, to > part ? std::max(from, to - part) : from, to));
  return pulse;
}

/// Whether the distances between onsets are multiples of a step. The first may be shorter or longer: the
/// sound may have begun at any point of a cycle.
bool isSteady(const std::vector<std::size_t>& onsets) {
  constexpr double kLongestSeconds = 0.65, kShortestSeconds = 0.1, kMostSteps = 8;
  // Onsets are found to within 20 ms.
  constexpr double kToleranceSeconds = 0.03;
  std::vector<double> distances;
  for (std::size_t i = 2; i < onsets.size(); ++i)
    distances.push_back(double(onsets[i] - onsets[i - 1]) / kSampleRateHz);
  const double shortest = *std::min_element(distances.begin(), distances.end());
  const double first = double(onsets[1] - onsets[0]) / kSampleRateHz;
  for (const double divisor : {1.0, 2.0, 3.0}) {
    double steps = 0, all = 0;
    for (const double one : distances) {
      steps += std::round(one / (shortest / divisor));
      all += one;
    }
    const double step = all / steps, tolerance = std::min(kToleranceSeconds, step / 4);
    if (step < kShortestSeconds || step > kLongestSeconds || first > 1.6 * divisor * step) continue;
    if (std::all_of(distances.begin(), distances.end(), [&](double one) {
          const double count = std::round(one / step);
          return count >= 1 && count <= kMostSteps && std::abs(one - count * step) <= tolerance;
        }))
      return true;
  }
  return false;
}

bool isGate(const std::vector<Pulse>& pulses) {
  constexpr double kMostRiseDb = 4, kMeanRiseDb = 2, kMostFallDb = 6, kRestarted = 0.5, kSameDb = 0.5;
  double fromStart = 0, fromEnd = 0, rises = 0;
  for (std::size_t i = 1; i < pulses.size(); ++i) {
    const double rise = pulses[i].startDb - pulses[i - 1].endDb;
    // The last may lie in the release.
    if (rise > kMostRiseDb || (rise < -kMostFallDb && i + 1 < pulses.size())) return false;
    rises += rise;
    fromStart += distance(pulses[i].start, pulses[i - 1].start);
    fromEnd += distance(pulses[i].start, pulses[i - 1].end);
  }
  if (rises > kMeanRiseDb * double(pulses.size() - 1)) return false;
  // A note that is played again begins as it began before.
  return fromEnd < kSameDb * double(pulses.size() - 1) || fromStart > kRestarted * fromEnd;
}

bool areEchoes(const std::vector<Pulse>& pulses) {
  constexpr double kFallDb = 1.5;
  for (std::size_t i = 1; i < pulses.size(); ++i)
    if (pulses[i].topDb > pulses[i - 1].topDb - kFallDb) return false;
  return true;
}

}  // namespace

Repetition repetitionOf(const AudioBuffer& sound, std::size_t onset, const std::vector<std::size_t>& later) {
  constexpr std::size_t kLeast = 2, kMost = 24;
  constexpr double kAlike = 0.8;
  if (later.size() < kLeast) return Repetition::notes;
  std::vector<std::size_t> onsets{onset};
  onsets.insert(onsets.end(), later.begin(), later.end());
  if (!isSteady(onsets)) return Repetition::notes;
  onsets.push_back(sound.frames());
  std::vector<Pulse> pulses;
  for (std::size_t i = 0; i + 1 < onsets.size() && i < kMost; ++i)
    pulses.push_back(pulseOf(sound, onsets[i], onsets[i + 1]));
  for (std::size_t i = 1; i < pulses.size(); ++i)
    if (likeness(pulses[i - 1].spectrum, pulses[i].spectrum) < kAlike) return Repetition::notes;
  if (isGate(pulses)) return Repetition::gate;
  return areEchoes(pulses) ? Repetition::echoes : Repetition::notes;
}

std::vector<std::size_t> findRises(const AudioBuffer& sound, std::size_t onset) {
  constexpr double kDepthDb = 12;
  constexpr std::size_t kTremoloBlock = 2 * kGateBlock;
  const std::vector<double> levels = levelEnvelope(sound, kTremoloBlock);
  std::vector<std::size_t> rises;
  double high = kSilenceDb, low = 0;
  bool fallen = false;
  for (std::size_t i = onset / kTremoloBlock; i < levels.size(); ++i) {
    high = fallen ? high : std::max(high, levels[i]);
    if (!fallen && levels[i] <= high - kDepthDb) {
      fallen = true;
      low = levels[i];
    }
    if (!fallen) continue;
    low = std::min(low, levels[i]);
    if (levels[i] < low + kDepthDb || levels[i] < high - kDepthDb) continue;
    rises.push_back(i * kTremoloBlock);
    fallen = false;
    high = levels[i];
  }
  return rises;
}

double tremoloSeconds(const AudioBuffer& sound, std::size_t onset) {
  constexpr std::size_t kLeast = 3;
  std::vector<std::size_t> onsets{onset};
  const std::vector<std::size_t> rises = findRises(sound, onset);
  onsets.insert(onsets.end(), rises.begin(), rises.end());
  if (rises.size() < kLeast || !isSteady(onsets)) return 0;
  return longestGapSeconds(rises.front(), {rises.begin() + 1, rises.end()});
}

double longestGapSeconds(std::size_t onset, const std::vector<std::size_t>& later) {
  std::size_t longest = later.front() - std::min(onset, later.front());
  for (std::size_t i = 1; i < later.size(); ++i) longest = std::max(longest, later[i] - later[i - 1]);
  return double(longest) / kSampleRateHz;
}

}  // namespace patchpilot
