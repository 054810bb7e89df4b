#include "propose/shares.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

std::vector<double> sharesByNearness(std::span<const double> nearest, double scale) {
  std::vector<double> shares;
  const auto least = std::min_element(nearest.begin(), nearest.end());
  if (least == nearest.end() || !std::isfinite(*least)) return shares;
  for (const double one : nearest)
    shares.push_back(std::isfinite(one) ? std::exp(-(one / std::max(*least, 1e-9) - 1) / scale) : 0);
  return shares;
}

std::optional<std::size_t> nextByShare(std::span<const double> shares, std::span<const std::size_t> given) {
  std::optional<std::size_t> next;
  for (std::size_t i = 0; i < shares.size(); ++i)
    if (shares[i] >= 0 &&
        (!next || shares[i] / double(given[i] + 1) > shares[*next] / double(given[*next] + 1)))
      next = i;
  return next;
}

}  // namespace patchpilot
