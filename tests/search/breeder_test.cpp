#include "search/breeder.h"

#include "search_inputs.h"
#include "test_support.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace patchpilot {
namespace {

class BreederTest : public ::testing::Test {
 protected:
  TestPlaces places;
};

TEST_F(BreederTest, AGraftTakesWholePartsAndKeepsTheOthers) {
  const ParameterSpace space = loadSpace("jx10");
  const std::vector<int> partOf = partsOfParameters(space);
  const std::size_t lockedOne = *space.find("vcf_freq");
  Breeder breeder(space, defaultsOf(space), {.locked = {{lockedOne, 0.625f}}});
  const Genome start = pointGenome(space.draw(3, 0)), best = pointGenome(space.draw(3, 1));
  std::set<std::vector<bool>> choices;
  for (std::uint64_t index = 0; index < 60; ++index) {
    SplitMix64 random(7, index);
    const std::vector<bool> kept = breeder.recombination().drawParts(random);
    choices.insert(kept);
    const Genome offspring = breeder.recombination().grafted(start, best, kept);
    for (std::size_t i = 0; i < space.parameters.size(); ++i) {
      const bool ofBest = partOf[i] < 0 || kept[std::size_t(partOf[i])];
      EXPECT_EQ(offspring.values[i], i == lockedOne ? 0.625f : (ofBest ? best : start).values[i])
          << space.parameters[i].key;
    }
    const auto count = std::size_t(std::count(kept.begin(), kept.end(), true));
    EXPECT_TRUE(count > 0 && count < kept.size()) << count;
  }
  EXPECT_EQ(choices.size(), 14u) << "four parts, all and none left out";
}

TEST_F(BreederTest, FineTuningContinuesAtTheNextSemitone) {
  const ParameterSpace space = loadSpace("jx10");
  const std::size_t fine = *space.find("osc_fine"), coarse = *space.find("osc_tune");
  const ParameterSpec& semitones = space.parameters[coarse];
  Genome low = pointGenome(space.draw(1, 0));
  low.values[fine] = 0.001f;
  low.values[coarse] = semitones.choices[20].value;
  const Breeder breeder(space, defaultsOf(space)),
      locked(space, defaultsOf(space), {.locked = {{coarse, low.values[coarse]}}});
  std::size_t lower = 0, others = 0;
  for (std::uint64_t index = 0; index < 3000; ++index) {
    SplitMix64 random(7, index);
    const Genome offspring = breeder.offspring(Operator::smallMutation, low, low, low, random);
    SplitMix64 same(7, index);
    EXPECT_EQ(locked.offspring(Operator::smallMutation, low, low, low, same).values[coarse],
              low.values[coarse]);
    if (offspring.values[fine] > 0.8f)
      ++(offspring.values[coarse] == semitones.choices[19].value ? lower : others);
  }
  EXPECT_GT(lower, 10u);
  EXPECT_GT(lower, others) << "those have moved the coarse tuning as well";
  std::vector<double> beyond{-0.25};
  const Genome polished = breeder.space().withValues(low, {fine}, beyond);
  EXPECT_FLOAT_EQ(polished.values[fine], 0.75f);
  EXPECT_EQ(polished.values[coarse], semitones.choices[19].value);
  EXPECT_EQ(beyond[0], -0.25) << "for whoever drew it the range goes on";
}

TEST_F(BreederTest, TheNoteMovesAndTheTuningTheOtherWay) {
  const ParameterSpace space = loadSpace("jx10");
  const std::size_t octave = *space.find("octave");
  const Breeder breeder(space, defaultsOf(space));
  Genome genome = pointGenome(space.draw(1, 0));
  genome.values[octave] = *space.parameters[octave].constant;
  EXPECT_FALSE(breeder.space().transposed(genome, 60)) << "it has no note";
  genome.note = 60;
  const auto lower = breeder.space().transposed(genome, 48);
  ASSERT_TRUE(lower);
  EXPECT_EQ(lower->note, 48);
  EXPECT_FLOAT_EQ(lower->values[octave], *space.parameters[octave].next(genome.values[octave], 1));
  EXPECT_FALSE(breeder.space().transposed(genome, 53)) << "octaves only";
  EXPECT_FALSE(breeder.space().transposed(genome, 24)) << "two octaves and no more";
  std::set<int> notes;
  for (std::uint64_t index = 0; index < 300; ++index) {
    SplitMix64 random(7, index);
    const Genome offspring = breeder.offspring(Operator::transposition, genome, genome, genome, random);
    EXPECT_TRUE(breeder.space().differAudibly(genome, offspring));
    notes.insert(*offspring.note);
  }
  for (const int note : {48, 53, 55, 59, 61, 65, 67, 72}) EXPECT_TRUE(notes.contains(note)) << note;
}

TEST_F(BreederTest, AMateAtAnotherNoteIsTransposedFirst) {
  const ParameterSpace space = loadSpace("jx10");
  const std::size_t octave = *space.find("octave");
  const Breeder breeder(space, defaultsOf(space));
  Genome genome = pointGenome(space.draw(1, 0)), mate = pointGenome(space.draw(1, 1));
  genome.values[octave] = mate.values[octave] = *space.parameters[octave].constant;
  genome.note = 60;
  mate.note = 72;
  const float higher = *space.parameters[octave].next(mate.values[octave], 1);
  const auto graft =
      breeder.recombination().grafted(mate, genome, std::vector<bool>(space.crossings.size(), false));
  EXPECT_EQ(graft.note, 60);
  EXPECT_EQ(graft.values[octave], genome.values[octave]) << "what is in no part is the best's";
  const auto transposed = breeder.space().transposed(mate, 60);
  ASSERT_TRUE(transposed);
  EXPECT_FLOAT_EQ(transposed->values[octave], higher);
}

TEST_F(BreederTest, NoOffspringDiffersOnlyInSilentParameters) {
  const ParameterSpace space = loadSpace("jx10");
  Breeder breeder(space, defaultsOf(space));
  Genome parent = pointGenome(space.draw(1, 0));
  for (const Gate& gate : space.gates)
    for (const auto& [key, value] : gate.closed) parent.values[*space.find(key)] = value;
  const auto silent = space.silent(parent.values);
  ASSERT_EQ(silent.size(), 8u);
  const auto isSilent = [&](std::size_t i) { return std::binary_search(silent.begin(), silent.end(), i); };
  Genome other = parent;
  for (const std::size_t i : silent) other.values[i] = space.draw(1, 1)[i];
  for (std::uint64_t i = 0; i < 400; ++i) {
    SplitMix64 random(5, i);
    const Genome offspring = breeder.offspring(Operator(i % 5), parent, other, other, random);
    bool heard = false;
    for (std::size_t p = 0; p < offspring.values.size(); ++p)
      heard |= offspring.values[p] != parent.values[p] && !isSilent(p);
    EXPECT_TRUE(heard) << i;
  }
  for (const std::size_t i : breeder.space().searchable(parent))
    EXPECT_FALSE(isSilent(i)) << space.parameters[i].key;
}

TEST_F(BreederTest, LfoRatesAreSetToRatesOfTheTarget) {
  const ParameterSpace space = loadSpace("jx10");
  const std::size_t rate = *space.find("lfo_rate");
  const Lfo& lfo = space.lfos.front();
  const auto near = [&](const std::vector<double>& rates) {
    const Breeder breeder(space, defaultsOf(space), {.rates = rates});
    Genome parent = pointGenome(space.draw(1, 0));
    parent.values[rate] = lfo.valueAt(0.5, 0, 1);
    std::size_t count = 0;
    for (std::uint64_t index = 0; index < 3000; ++index) {
      SplitMix64 random(7, index);
      const double hertz = lfo.hertzAt(
          breeder.offspring(Operator::smallMutation, parent, parent, parent, random).values[rate]);
      count += std::abs(hertz / 7 - 1) < 0.1;
    }
    return count;
  };
  EXPECT_EQ(near({}), 0u);
  EXPECT_GT(near({7.0, 300.0}), 50u) << "300 Hz is faster than it goes, and no reason to leave 7 out";
}

}  // namespace
}  // namespace patchpilot
