#include "search/recombination.h"

#include "search_inputs.h"

#include <gtest/gtest.h>

#include <set>

namespace patchpilot {
namespace {

/// Genomes of three sections with two parameters each.
class RecombinationTest : public ::testing::Test {
 protected:
  static Genome genome(float value, const std::string& source) {
    Genome genome = pointGenome(std::vector<float>(6, value));
    genome.sources = {source};
    return genome;
  }

  ParameterSpace parameters_ = tonesSpace();
  SearchSpace space_{parameters_, defaultsOf(parameters_), {}};
  Genome own_ = genome(0.25f, "own"), other_ = genome(0.75f, "other");
};

TEST_F(RecombinationTest, CrossingOverTakesWholeSectionsAndNamesBothSources) {
  const Recombination recombination(space_);
  std::set<std::vector<float>> results;
  for (std::uint64_t i = 0; i < 200; ++i) {
    SplitMix64 random(3, i);
    Genome offspring = own_;
    recombination.crossOver(offspring, other_, random);
    for (std::size_t section = 0; section < 6; section += 2)
      EXPECT_EQ(offspring.values[section], offspring.values[section + 1]) << i;
    EXPECT_EQ(std::set<std::string>(offspring.sources.begin(), offspring.sources.end()),
              (std::set<std::string>{"other", "own"}));
    results.insert(offspring.values);
  }
  EXPECT_EQ(results.size(), 8u) << "each section is taken or not";
}

TEST_F(RecombinationTest, CrossingOverSometimesTakesTheNote) {
  const Recombination recombination(space_);
  own_.note = 48;
  other_.note = 60;
  own_.lengthSeconds = 1;
  other_.lengthSeconds = 2;
  std::set<std::pair<int, double>> notes;
  for (std::uint64_t i = 0; i < 100; ++i) {
    SplitMix64 random(3, i);
    Genome offspring = own_;
    recombination.crossOver(offspring, other_, random);
    notes.insert({*offspring.note, *offspring.lengthSeconds});
  }
  EXPECT_EQ(notes, (std::set<std::pair<int, double>>{{48, 1}, {48, 2}, {60, 1}, {60, 2}}));
}

TEST_F(RecombinationTest, ADifferenceIsAddedInPartAndStaysInRange) {
  const Recombination recombination(space_);
  const Genome low = genome(0.1f, "low"), high = genome(0.9f, "high");
  std::size_t changed = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    SplitMix64 random(3, i);
    Genome offspring = own_;
    recombination.addDifference(offspring, other_, own_, random);  // 0.5 in each parameter
    for (const float value : offspring.values) {
      if (value == 0.25f) continue;
      ++changed;
      EXPECT_GE(value, 0.25f + 0.2f * 0.5f - 1e-6f);
      EXPECT_LE(value, 0.25f + 1.0f * 0.5f + 1e-6f);
    }
    Genome atTheEnd = high;
    recombination.addDifference(atTheEnd, high, low, random);
    for (const float value : atTheEnd.values) EXPECT_LE(value, 1);
    Genome same = own_;
    recombination.addDifference(same, other_, other_, random);
    EXPECT_EQ(same.values, own_.values);
  }
  EXPECT_GT(changed, 200u);
  EXPECT_LT(changed, 800u) << "of 1200";
}

TEST_F(RecombinationTest, EquivalentGroupsChangePlacesOrBecomeEqual) {
  SplitMix64 none(3, 0);
  Genome unchanged = own_;
  Recombination(space_).swapGroups(unchanged, none);
  EXPECT_EQ(unchanged.values, own_.values) << "the space has no symmetries";

  parameters_.symmetries = {{"a and c", {{"a_pitch", "a_level"}, {"c_pitch", "c_level"}}}};
  const SearchSpace space(parameters_, defaultsOf(parameters_), {});
  const Recombination recombination(space);
  const Genome parent = pointGenome({0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f});
  std::set<std::vector<float>> results;
  for (std::uint64_t i = 0; i < 60; ++i) {
    SplitMix64 random(3, i);
    Genome offspring = parent;
    recombination.swapGroups(offspring, random);
    results.insert(offspring.values);
  }
  EXPECT_EQ(results, (std::set<std::vector<float>>{{0.5f, 0.6f, 0.3f, 0.4f, 0.1f, 0.2f},
                                                   {0.1f, 0.2f, 0.3f, 0.4f, 0.1f, 0.2f},
                                                   {0.5f, 0.6f, 0.3f, 0.4f, 0.5f, 0.6f}}));
}

TEST_F(RecombinationTest, PartsAreDrawnSoThatSomeAndNotAllAreTaken) {
  const Recombination recombination(space_);
  std::set<std::vector<bool>> drawn;
  for (std::uint64_t i = 0; i < 100; ++i) {
    SplitMix64 random(3, i);
    drawn.insert(recombination.drawParts(random));
  }
  EXPECT_EQ(drawn.size(), 6u) << "three parts, all and none left out";

  ParameterSpace one = tonesSpace();
  std::erase_if(one.parameters, [](const ParameterSpec& parameter) { return parameter.section != "a"; });
  const SearchSpace small(one, defaultsOf(one), {});
  SplitMix64 random(3, 0);
  const auto none = Recombination(small).drawParts(random);
  EXPECT_EQ(std::count(none.begin(), none.end(), true), 0) << "there is but one part";
}

TEST_F(RecombinationTest, AGraftHasTheOthersPartsAndNoteLengthAndKeepsWhatIsLocked) {
  const SearchSpace locked(parameters_, defaultsOf(parameters_), {{1, 0.5f}});
  const Recombination recombination(locked);
  own_.lengthSeconds = 1;
  other_.lengthSeconds = 2;
  const Genome graft = recombination.grafted(own_, other_, {true, false, true});
  EXPECT_EQ(graft.values, (std::vector<float>{0.75f, 0.5f, 0.25f, 0.25f, 0.75f, 0.75f}));
  EXPECT_EQ(graft.lengthSeconds, 2);
  EXPECT_EQ(graft.sources.size(), 2u);
}

}  // namespace
}  // namespace patchpilot
