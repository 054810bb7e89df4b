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

/// The share of the 2^n choices of signs of the ranks 1 to n whose positive ranks add up to at most `most`.
double shareOfRankSums(std::size_t n, std::size_t most) {
  std::vector<double> share(n * (n + 1) / 2 + 1);  // by the sum
  share[0] = 1;
  for (std::size_t rank = 1, top = 0; rank <= n; ++rank) {
    top += rank;
    for (std::size_t sum = top + 1; sum-- > 0;)
      share[sum] = (share[sum] + (sum >= rank ? share[sum - rank] : 0)) / 2;
  }
  return std::accumulate(share.begin(), share.begin() + std::ptrdiff_t(std::min(most + 1, share.size())),
                         0.0);
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

double wilcoxonSignedRank(const std::vector<double>& differences) {
  std::vector<double> sorted;
  for (const double difference : differences)
    if (difference != 0) sorted.push_back(difference);
  std::sort(sorted.begin(), sorted.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  const std::size_t n = sorted.size();
  if (n == 0) return 1;
  double positive = 0, tied = 0;  // the sum of the positive ones' ranks; of (t^3 - t) over groups of t ties
  for (std::size_t begin = 0, end = 0; begin < n; begin = end) {
    while (end < n && std::abs(sorted[end]) == std::abs(sorted[begin])) ++end;
    const double count = double(end - begin), rank = double(begin + 1 + end) / 2;
    for (std::size_t i = begin; i < end; ++i) positive += sorted[i] > 0 ? rank : 0;
    tied += count * count * count - count;
  }
  const double all = double(n) * double(n + 1) / 2, smaller = std::min(positive, all - positive);
  constexpr std::size_t kExactUpTo = 50;
  if (tied == 0 && n <= kExactUpTo) return std::min(1.0, 2 * shareOfRankSums(n, std::size_t(smaller)));
  const double variance = double(n) * double(n + 1) * double(2 * n + 1) / 24 - tied / 48;
  return std::erfc((all / 2 - smaller) / std::sqrt(2 * variance));
}

std::vector<double> holmCorrected(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> corrected(p.size());
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, std::min(1.0, double(order.size() - i) * p[order[i]]));
    corrected[order[i]] = largest;
  }
  return corrected;
}

Interval middle95(std::vector<double> values) {
  if (values.empty()) return {kNone, kNone};
  std::sort(values.begin(), values.end());
  return {quantile(values, 0.025), quantile(values, 0.975)};
}

}  // namespace patchpilot
