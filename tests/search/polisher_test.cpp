#include "search/polisher.h"

#include "search_inputs.h"
#include "test_support.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {
namespace {

/// A synth of which two parameters are heard, and no more.
class PolisherTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kBatch = 12;

  double cost(const Genome& genome) const {
    double sum = 0;
    for (const std::size_t i : heard_) sum += std::abs(genome.values[i] - 0.37);
    return sum;
  }

  double difference(const Genome& genome) const {
    double sum = 0;
    for (const std::size_t i : heard_) sum += 10 * std::abs(genome.values[i] - champion_.values[i]);
    return sum + spread_;
  }

  /// One batch; the least cost of it.
  double step(Polisher& polisher) {
    const std::vector<Genome> genomes = polisher.ask(random_);
    EXPECT_LE(genomes.size(), kBatch);
    std::vector<std::optional<Polisher::Score>> scores;
    double least = 1e9;
    for (const Genome& genome : genomes) {
      scores.push_back(Polisher::Score{cost(genome), difference(genome)});
      least = std::min(least, cost(genome));
      for (std::size_t i = 0; i < champion_.values.size(); ++i) {
        if (polisher.isProbing() || std::find(heard_.begin(), heard_.end(), i) != heard_.end()) continue;
        EXPECT_EQ(genome.values[i], champion_.values[i]) << "what does nothing was moved";
      }
    }
    polisher.tell(scores);
    return least;
  }

  TestPlaces places_;
  const ParameterSpace parameters_ = loadSpace("dx10");
  SearchSpace space_{parameters_, defaultsOf(parameters_), {}};
  Genome champion_ = pointGenome(parameters_.draw(3, 0));
  std::vector<std::size_t> heard_{space_.searchable(champion_)[1], space_.searchable(champion_)[6]};
  double spread_ = 0;
  SplitMix64 random_{11};
};

TEST_F(PolisherTest, FindsWhatDoesNothingAndSearchesTheRest) {
  Polisher polisher(space_, champion_, {cost(champion_), cost(champion_)}, kBatch);
  while (polisher.isProbing()) step(polisher);
  EXPECT_EQ(polisher.withoutEffect().size() + heard_.size(), space_.searchable(champion_).size());
  for (const std::size_t i : heard_)
    EXPECT_EQ(std::count(polisher.withoutEffect().begin(), polisher.withoutEffect().end(), i), 0) << i;
  double least = 1e9;
  for (int batch = 0; batch < 200 && !polisher.isDone(); ++batch) least = std::min(least, step(polisher));
  EXPECT_TRUE(polisher.isDone());
  EXPECT_LT(least, 0.1 * cost(champion_));
}

// A probe that could not be rendered has not shown that its parameter does nothing.
TEST_F(PolisherTest, WhatWasNotHeardIsNotWithoutEffect) {
  Polisher polisher(space_, champion_, {cost(champion_), cost(champion_)}, kBatch);
  while (polisher.isProbing()) {
    polisher.ask(random_);
    polisher.tell({});
  }
  EXPECT_TRUE(polisher.withoutEffect().empty());
}

// What lies within the synth's own spread is no effect.
TEST_F(PolisherTest, ASpreadIsNoEffect) {
  spread_ = 0.4;
  Polisher polisher(space_, champion_, {cost(champion_), cost(champion_)}, kBatch);
  while (polisher.isProbing()) step(polisher);
  EXPECT_EQ(polisher.withoutEffect().size() + heard_.size(), space_.searchable(champion_).size());
}

// What a run has left at rest is often the best of its surroundings: that is found out soon.
TEST_F(PolisherTest, GivesUpSoonWhereNothingIsGained) {
  for (const std::size_t i : heard_) champion_.values[i] = 0.37f;
  Polisher polisher(space_, champion_, {cost(champion_), cost(champion_)}, kBatch);
  while (polisher.isProbing()) step(polisher);
  int batches = 0;
  for (; !polisher.isDone(); ++batches) step(polisher);
  EXPECT_EQ(batches, 3);
}

TEST_F(PolisherTest, IsDoneAtOnceWhereNothingIsHeard) {
  heard_.clear();
  Polisher polisher(space_, champion_, {1, 1}, kBatch);
  while (polisher.isProbing()) step(polisher);
  EXPECT_TRUE(polisher.isDone());
}

}  // namespace
}  // namespace patchpilot
