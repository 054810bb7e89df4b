#include "search/cmaes.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

// Names and default constants are those of Hansen's tutorial (arXiv 1604.00772). The learning rates of the
// covariance are (n + 2) / 3 times larger, as the separable variant allows.
SeparableCmaEs::SeparableCmaEs(std::vector<double> mean, std::vector<double> deviations,
                               std::size_t population)
    : mean_(std::move(mean)),
      deviations_(std::move(deviations)),
      variances_(mean_.size(), 1.0),
      stepPath_(mean_.size(), 0.0),
      variancePath_(mean_.size(), 0.0) {
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < population / 2; ++i)
    weights_.push_back(std::log((double(population) + 1) / 2) - std::log(double(i) + 1));
  for (const double w : weights_) sum += w;
  for (double& w : weights_) {
    w /= sum;
    squares += w * w;
  }
  effectiveParents_ = 1 / squares;
}

std::vector<double> SeparableCmaEs::draw(SplitMix64& random) const {
  std::vector<double> x(mean_.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = mean_[i] + sigma_ * deviations_[i] * std::sqrt(variances_[i]) * random.normal();
  return x;
}

void SeparableCmaEs::learn(std::vector<Point> points) {
  if (points.size() < weights_.size()) return;
  std::stable_sort(points.begin(), points.end(),
                   [](const Point& a, const Point& b) { return a.cost < b.cost; });
  const double n = double(mean_.size()), mu = effectiveParents_;
  const double stepRate = (mu + 2) / (n + mu + 5);
  const double damping = 1 + 2 * std::max(0.0, std::sqrt((mu - 1) / (n + 1)) - 1) + stepRate;
  const double pathRate = (4 + mu / n) / (n + 4 + 2 * mu / n);
  const double faster = (n + 2) / 3;
  const double rankOne = std::min(1.0, faster * 2 / ((n + 1.3) * (n + 1.3) + mu));
  const double rankMany = std::min(1 - rankOne, faster * 2 * (mu - 2 + 1 / mu) / ((n + 2) * (n + 2) + mu));
  const double expectedNorm = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));

  ++generations_;
  double norm = 0;
  std::vector<double> moves(mean_.size());  // of the mean, in initial deviations
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    double next = 0;
    for (std::size_t k = 0; k < weights_.size(); ++k) next += weights_[k] * points[k].x[i];
    moves[i] = (next - mean_[i]) / (sigma_ * deviations_[i]);
    stepPath_[i] = (1 - stepRate) * stepPath_[i] +
                   std::sqrt(stepRate * (2 - stepRate) * mu) * moves[i] / std::sqrt(variances_[i]);
    norm += stepPath_[i] * stepPath_[i];
  }
  norm = std::sqrt(norm);
  const bool steady =
      norm / std::sqrt(1 - std::pow(1 - stepRate, 2 * generations_)) / expectedNorm < 1.4 + 2 / (n + 1);
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    variancePath_[i] = (1 - pathRate) * variancePath_[i] +
                       (steady ? std::sqrt(pathRate * (2 - pathRate) * mu) * moves[i] : 0);
    double spread = 0;
    for (std::size_t k = 0; k < weights_.size(); ++k) {
      const double y = (points[k].x[i] - mean_[i]) / (sigma_ * deviations_[i]);
      spread += weights_[k] * y * y;
    }
    variances_[i] = (1 - rankOne - rankMany) * variances_[i] + rankOne * variancePath_[i] * variancePath_[i] +
                    rankMany * spread;
    mean_[i] += sigma_ * deviations_[i] * moves[i];
  }
  sigma_ *= std::exp(std::min(1.0, stepRate / damping * (norm / expectedNorm - 1)));
}

}  // namespace patchpilot
