#include "search/population.h"

#include <algorithm>
#include <utility>

namespace patchpilot {

void Population::assign(std::vector<Individual> individuals) {
  individuals_ = std::move(individuals);
  sort();
}

std::vector<Individual> Population::take() { return std::exchange(individuals_, {}); }

void Population::sort() {
  std::stable_sort(individuals_.begin(), individuals_.end(),
                   [](const Individual& a, const Individual& b) { return a.cost < b.cost; });
}

void Population::replace(std::vector<Local> locals, std::vector<Individual> others) {
  for (Local& local : locals)
    if (Individual& parent = individuals_[local.parent]; local.offspring.cost < parent.cost)
      parent = std::move(local.offspring);
  for (Individual& other : others) individuals_.push_back(std::move(other));
  sort();
  removeWorst();
}

void Population::removeWorst() {
  std::vector<bool> elite(individuals_.size(), false);
  const std::size_t cases = hasCases_ && !individuals_.empty() ? individuals_.front().cases.size() : 0;
  for (std::size_t which = 0; which < cases; ++which) {
    const auto best = std::min_element(
        individuals_.begin(), individuals_.end(),
        [&](const Individual& a, const Individual& b) { return a.cases[which] < b.cases[which]; });
    elite[std::size_t(best - individuals_.begin())] = true;
  }
  for (const bool eliteToo : {false, true})
    for (std::size_t i = individuals_.size(); i-- > 0 && individuals_.size() > capacity_;)
      if (eliteToo || !elite[i]) individuals_.erase(individuals_.begin() + std::ptrdiff_t(i));
}

}  // namespace patchpilot
