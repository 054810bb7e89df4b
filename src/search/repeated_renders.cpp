#include "search/repeated_renders.h"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace patchpilot {

std::vector<Candidate> rankAgain(std::vector<Candidate> ranked, std::vector<Outcome> again) {
  const auto mean = [&](std::size_t i) {
    return (ranked[i].distance + (again[i].candidate ? again[i].candidate->distance : ranked[i].distance)) /
           2;
  };
  std::vector<std::size_t> order(again.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return mean(a) < mean(b); });
  std::vector<Candidate> result;
  for (const std::size_t i : order)
    result.push_back(std::move(again[i].candidate ? *again[i].candidate : ranked[i]));
  std::move(ranked.begin() + std::ptrdiff_t(again.size()), ranked.end(), std::back_inserter(result));
  return result;
}

}  // namespace patchpilot
