#pragma once

#include "base/random.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace patchpilot {

/// Separable CMA-ES (Ros and Hansen 2008, "A simple modification in CMA-ES achieving linear time and space
/// complexity"): a normal distribution without correlations that moves to where it finds better points. A
/// full covariance takes some n squared evaluations to learn, and a refiner has a thousand for fifty
/// parameters.
class SeparableCmaEs {
 public:
  struct Point {
    std::vector<double> x;
    double cost = 0;
  };

  /// @param mean        where it begins
  /// @param deviations  of each dimension, at first
  /// @param population  points that are told at a time, 2 or more
  SeparableCmaEs(std::vector<double> mean, std::vector<double> deviations, std::size_t population);

  std::vector<double> draw(SplitMix64& random) const;

  /// Moves to the better ones of `population` points that were drawn; fewer of them count as the better part
  /// of so many.
  void learn(std::vector<Point> points);

  /// How wide it draws, as a share of how wide it did at first.
  double width() const { return sigma_; }
  const std::vector<double>& mean() const { return mean_; }

 private:
  std::vector<double> mean_;
  std::vector<double> deviations_;  ///< at first
  std::vector<double> variances_;   ///< relative to them
  std::vector<double> stepPath_, variancePath_;
  std::vector<double> weights_;
  double effectiveParents_ = 0;
  double sigma_ = 1;
  double generations_ = 0;
};

}  // namespace patchpilot
