#include "features/metric.h"

namespace patchpilot {

std::span<const Metric> metrics() {
  // The costs of random patches are those of Surge XT's simple space, rounded (docs/benchmarks.md).
  static const std::vector<Metric> table = {
      {"mss",
       "MSS",
       "dB",
       false,
       0,
       2,
       [](const SoundFeatures& a, const SoundFeatures& b) { return mss(a.mss, b.mss); },
       {},
       FeatureGroup::spectrum,
       12},
      {"wmfcc",
       "wMFCC",
       "",
       false,
       0,
       2,
       [](const SoundFeatures& a, const SoundFeatures& b) { return wmfcc(a.mfcc, b.mfcc); },
       {},
       FeatureGroup::frames,
       16},
      {"sot",
       "SOT",
       "",
       false,
       0,
       3,
       [](const SoundFeatures& a, const SoundFeatures& b) { return sot(a.mass, b.mass); },
       {},
       FeatureGroup::frames,
       0.3},
      {"rms",
       "RMS",
       "",
       true,
       1,
       3,
       [](const SoundFeatures& a, const SoundFeatures& b) { return rmsSimilarity(a.envelope, b.envelope); },
       {},
       FeatureGroup::envelope,
       0.35},
  };
  return table;
}

const Metric* findMetric(const std::string& name) {
  for (const Metric& metric : metrics())
    if (metric.name == name) return &metric;
  return nullptr;
}

Ruler::Ruler(std::vector<Metric> metrics, const AudioBuffer& target) : metrics_(std::move(metrics)) {
  for (const Metric& metric : metrics_) {
    sharesFeatures_ = sharesFeatures_ || metric.compare != nullptr;
    comparisons_.push_back(metric.compare != nullptr ? Comparison() : metric.prepare(target));
  }
  if (sharesFeatures_) features_ = soundFeatures(target);
}

Measurements Ruler::measure(const AudioBuffer& sound) const {
  const SoundFeatures features = sharesFeatures_ ? soundFeatures(sound) : SoundFeatures();
  Measurements values;
  for (std::size_t i = 0; i < metrics_.size(); ++i)
    values[metrics_[i].name] =
        comparisons_[i] ? comparisons_[i](sound) : metrics_[i].compare(features_, features);
  return values;
}

}  // namespace patchpilot
