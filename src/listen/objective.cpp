#include "listen/objective.h"

#include "base/error.h"
#include "features/metric.h"
#include "features/padded_sound.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace patchpilot {

namespace {

/// Distances between a random patch and an in-domain target of the same space (docs/benchmarks.md), rounded.
const Measurements kRandomPatch{{"mss", 12}, {"wmfcc", 16}, {"sot", 0.3}, {"rms", 0.65}};

/// Of the middle scale of MSS, whose frames are 10 ms apart.
constexpr std::size_t kScale = 1;
constexpr std::ptrdiff_t kShiftFrames = 2;

/// How much a decibel of level counts beside a decibel in every band.
constexpr double kLevelWeight = 0.5;

/// What is compared of a moment: its bands, and its level, both in dB below the sound's maximum.
struct Moments {
  std::size_t frames = 0, values = 0;
  std::vector<float> bands, levels;
};

Moments momentsOf(const MssSpectrum& spectrum) {
  const std::size_t bands = MssSpectrum::kScales[kScale].bands;
  Moments moments{spectrum.frames(kScale), 2 * bands, {}, {}};
  for (std::size_t frame = 0; frame < moments.frames; ++frame) {
    double power = 0;
    for (int channel = 0; channel < 2; ++channel)
      for (std::size_t band = 0; band < bands; ++band) {
        const float decibels = spectrum.at(kScale, channel, band, frame);
        moments.bands.push_back(decibels);
        power += std::pow(10.0, decibels / 10);
      }
    moments.levels.push_back(float(10 * std::log10(std::max(power, 1e-8))));
  }
  return moments;
}

double momentDifference(const Moments& a, std::size_t i, const Moments& b, std::size_t j) {
  float sum = 0;
  const float *left = a.bands.data() + i * a.values, *right = b.bands.data() + j * b.values;
  for (std::size_t k = 0; k < a.values; ++k) sum += std::abs(left[k] - right[k]);
  return sum / double(a.values) + kLevelWeight * std::abs(a.levels[i] - b.levels[j]);
}

double tolerantDifference(const Moments& a, const Moments& b) {
  double total = 0;
  for (std::ptrdiff_t i = 0; i < std::ptrdiff_t(a.frames); ++i) {
    double least = std::numeric_limits<double>::infinity();
    const std::ptrdiff_t last = std::min(i + kShiftFrames, std::ptrdiff_t(b.frames) - 1);
    for (std::ptrdiff_t j = std::max<std::ptrdiff_t>(0, i - kShiftFrames); j <= last; ++j)
      least = std::min(least, momentDifference(a, std::size_t(i), b, std::size_t(j)));
    total += least;
  }
  return total / double(a.frames);
}

Objective tolerant(const Target& target) {
  return [moments = momentsOf(target.spectrum)](const Candidate& candidate) {
    requireSameLength("the tolerant objective", candidate.sound.frames(), candidate.spectrum.samples());
    return tolerantDifference(moments, momentsOf(candidate.spectrum));
  };
}

Objective four(const Target& target) {
  return [ruler = Ruler({metrics().begin(), metrics().end()}, target.sound)](const Candidate& candidate) {
    const Measurements values = ruler.measure(candidate.sound);
    double sum = 0;
    for (const Metric& metric : ruler.metrics())
      sum += metric.cost(values.at(metric.name)) / metric.cost(kRandomPatch.at(metric.name));
    return sum / double(ruler.metrics().size());
  };
}

}  // namespace

Objective objectiveOf(const Metric& metric, const Target& target) {
  return [ruler = Ruler({metric}, target.sound)](const Candidate& candidate) {
    const Metric& only = ruler.metrics().front();
    return only.cost(ruler.measure(candidate.sound).at(only.name));
  };
}

std::vector<std::string> objectiveNames() {
  std::vector<std::string> names{"mss", "tolerant", "four"};
  for (const Metric& metric : metrics())
    if (metric.name != "mss") names.push_back(metric.name);
  return names;
}

void checkObjectiveName(const std::string& name) {
  const auto names = objectiveNames();
  if (std::find(names.begin(), names.end(), name) == names.end())
    failUsage("there is no objective '{}'; there are: {}", name, fmt::join(names, ", "));
}

Objective makeObjective(const std::string& name, const Target& target) {
  checkObjectiveName(name);
  if (name == "mss") return {};
  if (name == "tolerant") return tolerant(target);
  if (name == "four") return four(target);
  return objectiveOf(*findMetric(name), target);
}

}  // namespace patchpilot
