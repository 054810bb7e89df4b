#include "eval/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace patchpilot {

namespace {

constexpr int kResamples = 2000;
constexpr std::uint64_t kSeed = 20250607;

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

std::vector<std::vector<std::size_t>> bootstrapResamples(std::size_t size) {
  std::vector<std::vector<std::size_t>> resamples;
  if (size == 0) return resamples;
  // Not a standard distribution: those may differ between libraries.
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < kResamples; ++i) {
    auto& indices = resamples.emplace_back(size);
    for (auto& index : indices) index = random() % size;
  }
  return resamples;
}

Interval middle95(std::vector<double> values) {
  if (values.empty()) return {kNone, kNone};
  std::sort(values.begin(), values.end());
  return {quantile(values, 0.025), quantile(values, 0.975)};
}

}  // namespace patchpilot
