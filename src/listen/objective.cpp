#include "listen/objective.h"

#include "base/error.h"
#include "features/audible_mass.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <memory>

namespace patchpilot {

namespace {

/// The distance of a random patch.
constexpr double kRandomDistance = 100;

/// Weights of "balanced" and "four". With equal weights the best of 50 renders is 5 to 7 % worse in MSS than
/// if MSS alone counts, with those of "balanced" 3 %, and better in all three others (docs/benchmarks.md).
constexpr const char *kBalanced = "mss=3,wmfcc=1.5,sot=1,rms=1", *kFour = "mss=1,wmfcc=1,sot=1,rms=1";

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

/// What the tolerant objective says of a random patch, in dB, about.
constexpr double kRandomTolerant = 15;

Objective tolerant(const Target& target) {
  const auto measure = [moments = momentsOf(target.spectrum), samples = target.spectrum.samples()](
                           const RenderedSound& sound, double) {
    requireSameLength("the tolerant objective", samples, sound.features.mss.samples());
    return Cost{kRandomDistance / kRandomTolerant *
                tolerantDifference(moments, momentsOf(sound.features.mss))};
  };
  return {measure, false};
}

/// Metrics by name, with their weights.
using Weights = std::map<std::string, double>;

/// A weighted mean of metrics. In SOT, frames that nobody hears have no mass.
class WeightedMetrics {
 public:
  WeightedMetrics(const Weights& weights, const AudioBuffer& target) : target_(soundFeatures(target)) {
    PaddedSound padded;
    padded.assign(target);
    muteInaudible(target_.mass, padded);
    double sum = 0;
    for (const auto& [name, weight] : weights) sum += weight;
    for (const auto& [name, weight] : weights) {
      const Metric& metric = *findMetric(name);
      parts_.push_back({metric, kRandomDistance * weight / sum / metric.randomCost,
                        metric.compare != nullptr ? Comparison() : metric.prepare(target)});
    }
    // The dearest come last: a sum that is too large by then needs them no more.
    std::stable_sort(parts_.begin(), parts_.end(),
                     [](const Part& a, const Part& b) { return a.metric.features < b.metric.features; });
  }

  Cost measure(RenderedSound& sound, double within) const {
    Cost cost;
    FeatureGroup computed = FeatureGroup::spectrum;  // the last one; parts are sorted by their groups
    for (const Part& part : parts_) {
      const FeatureGroup group = part.metric.features;
      if (group != FeatureGroup::spectrum && cost.value > within) return {cost.value};
      if (part.metric.compare != nullptr && group != computed) {
        addFeatures(sound.features, sound.samples, group);
        if (group == FeatureGroup::frames) muteInaudible(sound.features.mass, sound.samples);
        computed = group;
      }
      const double value = part.comparison ? part.comparison(sound.samples.sound())
                                           : part.metric.compare(target_, sound.features);
      const double share = part.factor * part.metric.cost(value);
      cost.value += share;
      if (group != FeatureGroup::spectrum) cost.terms.push_back(float(share));
    }
    return cost;
  }

 private:
  struct Part {
    Metric metric;
    double factor;
    Comparison comparison;  ///< if the metric shares no features
  };

  SoundFeatures target_;
  std::vector<Part> parts_;
};

Objective weighted(const Weights& weights, const Target& target) {
  const auto metrics = std::make_shared<WeightedMetrics>(weights, target.sound);
  return {[metrics](RenderedSound& sound, double within) { return metrics->measure(sound, within); },
          weights.contains("mss")};
}

/// "mss=3,rms=1.5"
Weights parseWeights(const std::string& text) {
  Weights weights;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin), name = part.substr(0, part.find('='));
    const std::string number = name.size() < part.size() ? part.substr(name.size() + 1) : "";
    double weight = 0;
    const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), weight);
    if (findMetric(name) == nullptr) {
      std::vector<std::string> names;
      for (const Metric& metric : metrics()) names.push_back(metric.name);
      failUsage("there is no metric '{}' for the objective '{}'; there are: {}", name, text,
                fmt::join(names, ", "));
    }
    if (error != std::errc() || stop != number.data() + number.size() || !(weight > 0) || weight > 1e6)
      failUsage("the objective '{}' gives {} the weight '{}'; give a number above 0, such as {}=1", text,
                name, number, name);
    if (!weights.insert({name, weight}).second)
      failUsage("the objective '{}' weighs {} twice; give each metric once", text, name);
    begin = end + 1;
  }
  return weights;
}

/// The weights of an objective, none for "tolerant". @throws as `checkObjectiveName`
Weights weightsOf(const std::string& name) {
  if (name.find('=') != std::string::npos) return parseWeights(name);
  const auto names = objectiveNames();
  if (std::find(names.begin(), names.end(), name) == names.end())
    failUsage("there is no objective '{}'; there are: {}, and weights of metrics, such as mss=3,rms=1", name,
              fmt::join(names, ", "));
  if (name == kDefaultObjective) return parseWeights(kBalanced);
  if (name == "four") return parseWeights(kFour);
  return findMetric(name) == nullptr ? Weights() : Weights{{name, 1}};
}

}  // namespace

Objective Objective::ofSound(std::function<double(const AudioBuffer& sound)> measure) {
  return {[measure = std::move(measure)](RenderedSound& sound, double) {
            return Cost{measure(sound.samples.sound())};
          },
          false};
}

Cost Objective::measure(RenderedSound& sound, double within) const {
  return measure_ ? measure_(sound, within) : Cost{distanceOfMss(sound.mss)};
}

double distanceOfMss(double mss) { return kRandomDistance * mss / findMetric("mss")->randomCost; }

double mssOfDistance(double distance) { return distance / distanceOfMss(1); }

Objective objectiveOf(const Metric& metric, const Target& target) {
  if (findMetric(metric.name) != nullptr) return weighted({{metric.name, 1}}, target);
  return Objective::ofSound(
      [ruler = std::make_shared<Ruler>(std::vector{metric}, target.sound), metric](const AudioBuffer& sound) {
        return kRandomDistance / metric.randomCost * metric.cost(ruler->measure(sound).at(metric.name));
      });
}

std::vector<std::string> objectiveNames() {
  std::vector<std::string> names{kDefaultObjective, "four", "tolerant"};
  for (const Metric& metric : metrics()) names.push_back(metric.name);
  return names;
}

void checkObjectiveName(const std::string& name) { weightsOf(name.empty() ? kDefaultObjective : name); }

Objective makeObjective(const std::string& name, const Target& target) {
  const Weights weights = weightsOf(name.empty() ? kDefaultObjective : name);
  if (weights.empty()) return tolerant(target);
  if (weights.size() == 1 && weights.contains("mss")) return {};
  return weighted(weights, target);
}

}  // namespace patchpilot
