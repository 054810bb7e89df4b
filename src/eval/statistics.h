#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace patchpilot {

/// Of no values: NaN.
double mean(const std::vector<double>& values);
double median(std::vector<double> values);

struct Interval {
  double low = 0;
  double high = 0;
};

/// Between which values a statistic lies with a probability of 95 %: the percentile bootstrap (Efron, Annals
/// of Statistics 7, 1979), 2,000 resamples, the same each time. NaN for no values.
/// @param statistic  `mean` or `median`, or the like
template <typename Statistic>
Interval bootstrapInterval(const std::vector<double>& values, Statistic statistic);

/// Draws the bootstrap's resamples one after the other, the same each time.
class BootstrapResamples {
 public:
  explicit BootstrapResamples(std::size_t size) : size_(size) {}

  /// Which values the next resample takes: `size` indices, drawn with replacement. False, with nothing drawn,
  /// after the last one, and at once where there are no values.
  bool next(std::vector<std::size_t>& indices);

 private:
  static constexpr int kResamples = 2000;
  static constexpr std::uint64_t kSeed = 20250607;

  std::size_t size_;
  int drawn_ = 0;
  std::mt19937_64 random_{kSeed};
};

/// The 2.5th and the 97.5th percentile.
Interval middle95(std::vector<double> values);

/// Whether the differences of pairs lie about 0: the two-sided p of Wilcoxon's signed-rank test (Biometrics
/// Bulletin 1, 1945). Differences of 0 are left out. Up to 50 differences that are all unequal in size the
/// distribution is exact, else normal, its variance lessened for ties, without correction for continuity.
/// @return 1 if no difference is left
double wilcoxonSignedRank(const std::vector<double>& differences);

/// The p of a family of tests, each as large as it must be so that the family errs no more often than one
/// test (Holm, Scandinavian Journal of Statistics 6, 1979). In the order given.
std::vector<double> holmCorrected(const std::vector<double>& p);

template <typename Statistic>
Interval bootstrapInterval(const std::vector<double>& values, Statistic statistic) {
  std::vector<double> statistics;
  std::vector<double> sample(values.size());
  BootstrapResamples resamples(values.size());
  for (std::vector<std::size_t> indices; resamples.next(indices);) {
    for (std::size_t i = 0; i < indices.size(); ++i) sample[i] = values[indices[i]];
    statistics.push_back(statistic(sample));
  }
  return middle95(std::move(statistics));
}

}  // namespace patchpilot
