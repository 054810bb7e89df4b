#include "eval/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace patchpilot {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Between the two values that a quantile lies between, in a straight line.
double quantile(const std::vector<double>& sorted, double share) {
  const double position = share * double(sorted.size() - 1);
  const auto below = std::size_t(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - double(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

double mean(const std::vector<double>& values) {
  return values.empty() ? kNone : std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
}

double median(std::vector<double> values) {
  if (values.empty()) return kNone;
  std::sort(values.begin(), values.end());
  return quantile(values, 0.5);
}

bool BootstrapResamples::next(std::vector<std::size_t>& indices) {
  if (size_ == 0 || drawn_ == kResamples) return false;
  ++drawn_;
  indices.resize(size_);
  // Not a standard distribution: those may differ between libraries.
  for (auto& index : indices) index = random_() % size_;
  return true;
}

Interval middle95(std::vector<double> values) {
  if (values.empty()) return {kNone, kNone};
  std::sort(values.begin(), values.end());
  return {quantile(values, 0.025), quantile(values, 0.975)};
}

}  // namespace patchpilot
