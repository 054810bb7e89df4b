#pragma once

#include "search/individual.h"

#include <vector>

namespace patchpilot {

/// Individuals sorted by cost, least first, and the rules by which offspring replace them.
class Population {
 public:
  /// @param capacity  `replace` leaves no more individuals than this
  /// @param hasCases  whether `Individual::cases` are measured. If so, the best in each case is not removed
  ///                  before others are (elitism)
  Population(std::size_t capacity, bool hasCases) : capacity_(capacity), hasCases_(hasCases) {}

  std::size_t capacity() const { return capacity_; }
  bool hasCases() const { return hasCases_; }
  bool empty() const { return individuals_.empty(); }
  std::size_t size() const { return individuals_.size(); }
  const Individual& operator[](std::size_t index) const { return individuals_[index]; }
  const Individual& best() const { return individuals_.front(); }
  const Individual& worst() const { return individuals_.back(); }

  void assign(std::vector<Individual> individuals);

  /// Empties the population. @return its individuals, sorted
  std::vector<Individual> take();

  /// An offspring that is near its parent.
  struct Local {
    std::size_t parent = 0;  ///< index
    Individual offspring;
  };

  /// Ends a generation. A local offspring replaces its parent if it is better, and nobody else, so that
  /// variants of one individual do not take over the population. Other offspring are added; then the worst
  /// are removed until the capacity is met.
  void replace(std::vector<Local> locals, std::vector<Individual> others);

  /// @param better  of lower cost than `best()`
  void replaceBest(Individual better) { individuals_.front() = std::move(better); }

 private:
  void sort();
  void removeWorst();

  std::size_t capacity_;
  bool hasCases_;
  std::vector<Individual> individuals_;
};

}  // namespace patchpilot
