#pragma once

#include <vector>

namespace patchpilot {

/// Of no values: NaN.
double mean(const std::vector<double>& values);
double median(std::vector<double> values);

struct Interval {
  double low = 0;
  double high = 0;
};

/// Between which values a statistic lies with a probability of 95 %: the percentile bootstrap (Efron, Annals of
/// Statistics 7, 1979), 2,000 resamples, the same each time. NaN for no values.
/// @param statistic  `mean` or `median`, or the like
template <typename Statistic>
Interval bootstrapInterval(const std::vector<double>& values, Statistic statistic);

/// Which values the resamples take: `resamples x size` indices, drawn with replacement.
std::vector<std::vector<std::size_t>> bootstrapResamples(std::size_t size);

/// The 2.5th and the 97.5th percentile.
Interval middle95(std::vector<double> values);

template <typename Statistic>
Interval bootstrapInterval(const std::vector<double>& values, Statistic statistic) {
  std::vector<double> statistics;
  std::vector<double> sample(values.size());
  for (const auto& indices : bootstrapResamples(values.size())) {
    for (std::size_t i = 0; i < indices.size(); ++i) sample[i] = values[indices[i]];
    statistics.push_back(statistic(sample));
  }
  return middle95(std::move(statistics));
}

}  // namespace patchpilot
