#pragma once

#include "features/metrics.h"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace patchpilot {

/// Compares sounds with one that was prepared before.
/// @throws Error (internal) if the sounds differ in length
using Comparison = std::function<double(const AudioBuffer& sound)>;

/// How far two sounds lie apart, or how alike they are: a line of the table of metrics. Everything that
/// measures, stores or shows values goes by `name`.
struct Metric {
  std::string name;             ///< in files and options, such as "wmfcc"
  std::string title;            ///< for people, such as "wMFCC"
  std::string unit;             ///< empty: none
  bool higherIsBetter = false;  ///< a similarity, not a distance
  double perfect = 0;           ///< of equal sounds
  int digits = 2;               ///< that are shown behind the point

  /// Compares features that several metrics share, as computing them takes most of the time. Null: `prepare`
  /// is used.
  double (*compare)(const SoundFeatures& target, const SoundFeatures& sound) = nullptr;
  /// Prepares a target, which has one or two channels at 44.1 kHz and finite samples.
  std::function<Comparison(const AudioBuffer& target)> prepare = {};
  FeatureGroup features = FeatureGroup::frames;  ///< what `compare` takes from a sound
  double randomCost = 1;  ///< cost of a random patch against a target of the same space, about

  /// A value as a cost: 0 for equal sounds, greater for worse.
  double cost(double value) const { return higherIsBetter ? perfect - value : value - perfect; }
};

/// The metrics of the published inversion benchmark (arXiv 2506.07199): mss, wmfcc, sot, rms.
std::span<const Metric> metrics();

/// The metric of that name, or null.
const Metric* findMetric(const std::string& name);

/// Values by the names of their metrics.
using Measurements = std::map<std::string, double>;

/// Measures sounds against one target by several metrics. Safe to use from several threads.
class Ruler {
 public:
  /// @param target  as `Metric::prepare` takes it
  Ruler(std::vector<Metric> metrics, const AudioBuffer& target);

  /// @param sound  of the target's length. @throws Error (internal) if it is of another
  Measurements measure(const AudioBuffer& sound) const;

  const std::vector<Metric>& metrics() const { return metrics_; }

 private:
  std::vector<Metric> metrics_;
  std::vector<Comparison> comparisons_;  ///< one a metric; empty for those that share features
  bool sharesFeatures_ = false;
  SoundFeatures features_;
};

}  // namespace patchpilot
