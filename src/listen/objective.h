#pragma once

#include "features/metric.h"
#include "features/padded_sound.h"
#include "listen/target.h"

#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace patchpilot {

/// A render, as objectives take it.
struct RenderedSound {
  const PaddedSound& samples;
  SoundFeatures& features;  ///< `mss` is there; objectives add what else they need
  double mss = 0;           ///< distance to the target
};

/// How far a render is from its target.
struct Cost {
  double value = 0;               ///< 0 for equal sounds, greater for worse
  std::vector<float> terms = {};  ///< the metrics that the value is made of, but MSS, each as a cost; empty
                                  ///< if there are none, or if the value is not exact
};

/// What candidates are ranked by and what a refiner makes small: the distance between a render and a target
/// as one number.
class Objective {
 public:
  /// @param within  a value above this need not be exact, but is still above it
  using Measure = std::function<Cost(RenderedSound& sound, double within)>;

  /// MSS, as a share of what a random patch has.
  Objective() = default;

  /// @param measure     safe to use from several threads
  /// @param followsMss  whether MSS is a part of it, so that parts of MSS (of a render's beginning, of a
  /// group of bands) tell which renders are promising
  Objective(Measure measure, bool followsMss) : measure_(std::move(measure)), followsMss_(followsMss) {}

  /// An objective that takes the sound alone.
  static Objective ofSound(std::function<double(const AudioBuffer& sound)> measure);

  Cost measure(RenderedSound& sound, double within = std::numeric_limits<double>::infinity()) const;
  bool followsMss() const { return followsMss_; }

 private:
  Measure measure_;
  bool followsMss_ = true;
};

/// The objective if none is named.
inline constexpr const char* kDefaultObjective = "balanced";

/// The distance by the objective "mss" of two sounds of this MSS, and the MSS of such a distance.
double distanceOfMss(double mss);
double mssOfDistance(double distance);

/// What the distance of an objective that `makeObjective` makes means, in one sentence for users.
inline constexpr const char* kDistanceMeaning =
    "0 is the same sound, 100 is as far away as a random patch of the synth";

/// The names of what candidates can be ranked by, and a refiner can be told to make small:
/// - "balanced": the four metrics of the published benchmark, with weights in which MSS counts most;
/// - "four": the same, with equal weights;
/// - "tolerant": log-mel spectrum and level, each moment compared with the target's moments up to 20 ms
///   before and behind, of which the nearest counts, so that a small shift in time costs little;
/// - the name of a metric (features/metric.h): that metric.
///
/// Metrics may also be weighed as one likes: "mss=3,rms=1.5". A metric's cost counts as a share of what a
/// random patch has (`Metric::randomCost`), and a distance is the weighted mean of these, times 100.
std::vector<std::string> objectiveNames();

/// @throws Error (usage) if there is no such objective, naming those there are, or a weight cannot be
void checkObjectiveName(const std::string& name);

/// The cost of a metric (`Metric::cost`), times 100, as a share of what a random patch has.
/// @param target  its sound must have one or two channels at 44.1 kHz
Objective objectiveOf(const Metric& metric, const Target& target);

/// @param name    one of `objectiveNames`, or weights; empty: `kDefaultObjective`
/// @param target  need not outlive what is returned
/// @throws as `checkObjectiveName`
Objective makeObjective(const std::string& name, const Target& target);

}  // namespace patchpilot
