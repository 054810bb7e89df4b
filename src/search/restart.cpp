#include "search/restart.h"

#include <algorithm>

namespace patchpilot {

std::vector<Graft> graftStarts(const Recombination& recombination, const std::vector<Individual>& starts,
                               const Genome& best, std::size_t most, SplitMix64& random) {
  std::vector<Graft> grafts;
  const std::vector<bool> parts = recombination.drawParts(random);
  if (std::find(parts.begin(), parts.end(), true) == parts.end()) return grafts;
  for (std::size_t i = 0; i < starts.size() && grafts.size() < most; ++i)
    if (areCompatible(starts[i].genome, best))
      grafts.push_back({i, recombination.grafted(starts[i].genome, best, parts)});
  return grafts;
}

std::vector<Individual> mergePopulations(std::vector<Individual> one, std::vector<Individual> other,
                                         std::size_t capacity) {
  std::vector<Individual> merged;
  for (std::size_t i = 0; merged.size() < capacity && i < std::max(one.size(), other.size()); ++i)
    for (auto* individuals : {&one, &other})
      if (i < individuals->size()) merged.push_back(std::move((*individuals)[i]));
  return merged;
}

}  // namespace patchpilot
