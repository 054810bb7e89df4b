#include "audio/envelope.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "audio/level.h"

namespace patchpilot {
namespace {

constexpr std::size_t kOnsetBlock = 64;

double quietestTenth(std::vector<double> levels) {
  const auto tenth = levels.begin() + std::ptrdiff_t(levels.size() / 10);
  std::nth_element(levels.begin(), tenth, levels.end());
  return *tenth;
}

/// The lowest mean level of so many blocks in a row before the loudest one. A sound that swells from nothing
/// and is still there in the end has no quiet tenth, but a quiet beginning.
double quietestBeforePeak(const std::vector<double>& levels, std::size_t blocks) {
  const auto peak = std::size_t(std::max_element(levels.begin(), levels.end()) - levels.begin());
  double least = std::numeric_limits<double>::infinity(), sum = 0;
  for (std::size_t i = 0; i < peak; ++i) {
    sum += levels[i];
    if (i >= blocks) sum -= levels[i - blocks];
    if (i + 1 >= blocks) least = std::min(least, sum / double(blocks));
  }
  return least;
}

double loudest(const std::vector<double>& levels) { return *std::max_element(levels.begin(), levels.end()); }

double largestSample(const AudioBuffer& sound, std::size_t frame) {
  double result = 0;
  for (int c = 0; c < sound.channels(); ++c)
    result = std::max(result, std::abs(double(sound.channel(c)[frame])));
  return result;
}

/// A straight line through a run of levels.
struct Line {
  double slope = 0;     ///< dB per block
  double start = 0;     ///< dB at the first block
  double residual = 0;  ///< sum of squared distances
};

/// Fits lines to any run of levels in constant time.
class LineFitter {
 public:
  explicit LineFitter(const std::vector<double>& levels)
      : y_(levels.size() + 1), xy_(y_.size()), yy_(y_.size()) {
    for (std::size_t i = 0; i < levels.size(); ++i) {
      y_[i + 1] = y_[i] + levels[i];
      xy_[i + 1] = xy_[i] + double(i) * levels[i];
      yy_[i + 1] = yy_[i] + levels[i] * levels[i];
    }
  }

  Line fit(std::size_t first, std::size_t last) const {
    const double n = double(last - first), mean = (y_[last] - y_[first]) / n;
    const double centre = double(first) + (n - 1) / 2, spread = n * (n * n - 1) / 12;
    const double covariance = xy_[last] - xy_[first] - centre * n * mean;
    Line line;
    line.slope = spread > 0 ? covariance / spread : 0;
    line.start = mean - line.slope * (n - 1) / 2;
    line.residual = std::max(0.0, yy_[last] - yy_[first] - n * mean * mean - line.slope * covariance);
    return line;
  }

 private:
  std::vector<double> y_, xy_, yy_;
};

/// Where to cut `levels` into straight lines so that squared distances plus `penalty` for each line
/// are least (dynamic programming). First is 0, last is levels.size().
std::vector<std::size_t> straightPieces(const std::vector<double>& levels, const LineFitter& fitter,
                                        double penalty) {
  constexpr std::size_t kShortest = 2;
  std::vector<double> cost(levels.size() + 1, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> previous(levels.size() + 1, 0);
  cost[0] = 0;
  for (std::size_t last = kShortest; last <= levels.size(); ++last) {
    for (std::size_t first = 0; first + kShortest <= last; ++first) {
      if (cost[first] + penalty >= cost[last]) continue;
      const double total = cost[first] + penalty + fitter.fit(first, last).residual;
      if (total < cost[last]) {
        cost[last] = total;
        previous[last] = first;
      }
    }
  }
  std::vector<std::size_t> cuts{levels.size()};
  while (cuts.back() > 0) cuts.push_back(previous[cuts.back()]);
  std::reverse(cuts.begin(), cuts.end());
  return cuts;
}

/// The block at which `levels` turns most clearly towards silence, 0 if it never does. Where the fall
/// is steep, it lies between two lines; where it is gentle, it is the second line. Falls from near
/// the top count more: below, echoes end, and the reverb, and the file.
std::size_t clearestFall(const std::vector<double>& levels, double top, double blockSeconds) {
  constexpr double kPenalty = 60, kLeastDropDb = 6, kLeastBend = 3, kSteepest = 300;  // dB^2, dB, dB/s, dB/s
  constexpr double kReachDb = 30;
  const LineFitter fitter(levels);
  const auto cuts = straightPieces(levels, fitter, kPenalty);
  double best = 0;
  std::size_t found = 0;
  for (std::size_t i = 1; i + 1 < cuts.size(); ++i) {
    const Line before = fitter.fit(cuts[i - 1], cuts[i]), after = fitter.fit(cuts[i], cuts[i + 1]);
    const double levelBefore = before.start + before.slope * double(cuts[i] - cuts[i - 1]);
    const double step = std::max(0.0, levelBefore - after.start);
    const double drop = step - after.slope * double(cuts[i + 1] - cuts[i]);
    const double bend =
        std::max(before.slope - after.slope, step >= kLeastDropDb ? step : 0.0) / blockSeconds;
    if (drop < kLeastDropDb || bend < kLeastBend) continue;
    const double nearTop = std::clamp(1 + (levelBefore - top) / kReachDb, 0.0, 1.0);
    const double mark = nearTop * std::min(drop, kReachDb) * std::sqrt(std::min(bend, kSteepest));
    if (mark > best) {
      best = mark;
      found = cuts[i];
    }
  }
  return found;
}

/// The largest (or with `std::less` the smallest) of the values around each, `reach` to either side.
template <typename Compare>
std::vector<double> extremes(const std::vector<double>& values, std::size_t reach, Compare compare) {
  std::vector<double> result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto first = values.begin() + std::ptrdiff_t(i - std::min(i, reach));
    const auto last = values.begin() + std::ptrdiff_t(std::min(values.size(), i + reach + 1));
    result.push_back(*std::min_element(first, last, compare));
  }
  return result;
}

/// Levels without gaps of up to twice `reach` (morphological closing).
std::vector<double> bridged(const std::vector<double>& levels, std::size_t reach) {
  return extremes(extremes(levels, reach, std::greater<>()), reach, std::less<>());
}

}  // namespace

std::vector<double> levelEnvelope(const AudioBuffer& sound, std::size_t blockFrames) {
  std::vector<double> levels;
  for (std::size_t start = 0; start < sound.frames(); start += blockFrames) {
    double sum = 0;
    for (int c = 0; c < sound.channels(); ++c) {
      const auto samples = sound.channel(c).subspan(start, std::min(blockFrames, sound.frames() - start));
      for (const float sample : samples) sum += double(sample) * sample;
    }
    levels.push_back(amplitudeToDb(std::sqrt(sum / double(blockFrames * std::size_t(sound.channels())))));
  }
  return levels;
}

std::size_t findOnset(const AudioBuffer& sound) {
  const std::vector<double> levels = levelEnvelope(sound, kOnsetBlock);
  if (levels.empty()) return 0;
  const double top = loudest(levels);
  constexpr std::size_t kStay = 20;  // blocks: 29 ms
  const double floor = std::min(quietestTenth(levels), quietestBeforePeak(levels, kStay));
  const double threshold = std::clamp(floor + 9, top - 50, top - 20);
  std::size_t found = levels.size();
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (levels[i] < threshold) continue;
    found = std::min(found, i);
    const auto end = levels.begin() + std::ptrdiff_t(std::min(levels.size(), i + kStay));
    const auto loud =
        std::count_if(levels.begin() + std::ptrdiff_t(i), end, [&](double l) { return l >= threshold; });
    if (loud * 5 < std::ptrdiff_t(kStay) * 3) continue;
    found = i;
    break;
  }
  if (found == levels.size()) return 0;
  // The block before may already hold the first samples of the attack.
  const double amplitude = dbToAmplitude(threshold);
  const std::size_t from = found > 0 ? (found - 1) * kOnsetBlock : 0;
  for (std::size_t frame = from; frame < std::min(sound.frames(), (found + 1) * kOnsetBlock); ++frame) {
    if (largestSample(sound, frame) >= amplitude) return frame;
  }
  return found * kOnsetBlock;
}

std::vector<std::size_t> findLaterOnsets(const AudioBuffer& sound, std::size_t onset) {
  constexpr std::size_t kBlock = 882, kQuiet = 4, kApart = 5;  // 20 ms; 80 ms; 100 ms
  const std::vector<double> levels = levelEnvelope(sound, kBlock);
  std::vector<std::size_t> onsets;
  if (levels.empty()) return onsets;
  const double top = loudest(levels);
  double loudestSoFar = kSilenceDb;
  for (std::size_t i = onset / kBlock + 1, earliest = i + kApart; i + 1 < levels.size(); ++i) {
    const double after = std::max(levels[i], levels[i + 1]);
    // Beating partials fall into short dips; before a new note it has been quiet for a while.
    double before = levels[i - 1];
    for (std::size_t back = 2; back <= std::min(kQuiet, i); ++back)
      before = std::max(before, levels[i - back]);
    loudestSoFar = std::max(loudestSoFar, levels[i - 1]);
    // A level that has only risen so far is still the attack of the note before.
    if (i < earliest || after < top - 15 || after < before + 9 || before > loudestSoFar - 6) continue;
    onsets.push_back(i * kBlock);
    earliest = i + kApart;
    loudestSoFar = kSilenceDb;
  }
  return onsets;
}

double findRelease(const AudioBuffer& sound, std::size_t onset, std::size_t end, double bridgedSeconds) {
  const std::size_t length = end - onset;
  const std::size_t block = std::max<std::size_t>(882, length / 400 + 1);
  std::vector<double> levels = levelEnvelope(sound.slice(onset, length), block);
  if (levels.size() < 4) return double(length) / sound.sampleRateHz();
  const double blockSeconds = double(block) / sound.sampleRateHz();
  if (bridgedSeconds > 0) levels = bridged(levels, std::size_t(std::ceil(bridgedSeconds / blockSeconds / 2)));
  const double top = loudest(levels), floor = top - 60;
  const auto peakAt = std::size_t(std::max_element(levels.begin(), levels.end()) - levels.begin());
  std::size_t heard = levels.size();
  while (heard > peakAt + 1 && levels[heard - 1] < floor) --heard;
  // Silence after the sound bends nothing, but two blocks of it show that the sound has ended. The
  // attack bends as well, and no key is released before the loudest moment.
  levels.resize(std::min(levels.size(), heard + 2));
  levels.erase(levels.begin(), levels.begin() + std::ptrdiff_t(peakAt));
  for (double& level : levels) level = std::max(level, floor);

  const std::size_t release = clearestFall(levels, top, blockSeconds);
  if (release > 0) return double(peakAt + release) * blockSeconds;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (levels[i] < top - 40) return double(peakAt + i) * blockSeconds;
  }
  return double(length) / sound.sampleRateHz();
}

}  // namespace patchpilot
