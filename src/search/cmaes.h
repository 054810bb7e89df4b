#pragma once

#include "base/random.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace patchpilot {

/// Separable CMA-ES (Ros and Hansen 2008, "A simple modification in CMA-ES achieving linear time and space
/// complexity"): adapts the mean and the variances of a normal distribution with a diagonal covariance. A
/// full covariance takes about n squared evaluations to learn; a search has a thousand for fifty parameters.
class SeparableCmaEs {
 public:
  struct Point {
    std::vector<double> x;
    double cost = 0;
  };

  /// @param mean        initial mean, one value per dimension
  /// @param deviations  initial standard deviations, as many
  /// @param population  points per generation, 2 or more
  SeparableCmaEs(std::vector<double> mean, std::vector<double> deviations, std::size_t population);

  /// A point of the distribution.
  std::vector<double> draw(SplitMix64& random) const;

  /// Ends a generation.
  /// @param points  `population` points that were drawn. Fewer count as the better part of so many; fewer
  ///                than half of `population` are ignored
  void learn(std::vector<Point> points);

  /// The step size, relative to the first one.
  double width() const { return sigma_; }
  const std::vector<double>& mean() const { return mean_; }

 private:
  std::vector<double> mean_;
  std::vector<double> deviations_;  ///< initial
  std::vector<double> variances_;   ///< relative to the squares of the initial deviations
  std::vector<double> stepPath_, variancePath_;
  std::vector<double> weights_;
  double effectiveParents_ = 0;
  double sigma_ = 1;
  double generations_ = 0;
};

}  // namespace patchpilot
