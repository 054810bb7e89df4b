#include "search/search_space.h"

#include "search_inputs.h"
#include "synth/voice_engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace patchpilot {
namespace {

class SearchSpaceTest : public ::testing::Test {
 protected:
  std::size_t index(const std::string& key) const { return *voice_.space().find(key); }

  std::set<std::string> searchableKeys(const SearchSpace& space, const Genome& genome) const {
    std::set<std::string> keys;
    for (const std::size_t i : space.searchable(genome)) keys.insert(voice_.space().parameters[i].key);
    return keys;
  }

  VoiceEngine voice_;
  SearchSpace space_{voice_.space(), voice_.defaults(), {}};
  Genome genome_ = pointGenome(std::vector<float>(12, 0.5f));
};

TEST_F(SearchSpaceTest, GroupsTheParametersBySection) {
  std::vector<std::size_t> sizes;
  for (const auto& section : space_.sections()) sizes.push_back(section.size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{5, 3, 4})) << "envelope, filter, oscillators";
}

TEST_F(SearchSpaceTest, LockedParametersGetTheirValuesAndAreNotSearched) {
  const SearchSpace space(voice_.space(), voice_.defaults(),
                          {{index("cutoff"), 0.3f}, {index("decay"), 0.8f}});
  EXPECT_TRUE(space.isLocked(index("cutoff")));
  EXPECT_FALSE(space.isLocked(index("attack")));
  space.lock(genome_);
  EXPECT_EQ(genome_.values[index("cutoff")], 0.3f);
  EXPECT_EQ(genome_.values[index("decay")], 0.8f);
  EXPECT_EQ(genome_.values[index("attack")], 0.5f);
  const auto keys = searchableKeys(space, genome_);
  EXPECT_FALSE(keys.contains("cutoff") || keys.contains("decay"));
  EXPECT_TRUE(keys.contains("attack"));
}

TEST_F(SearchSpaceTest, CategoricalAndSilentParametersAreNotSearched) {
  EXPECT_EQ(searchableKeys(space_, genome_),
            (std::set<std::string>{"detune", "mix", "cutoff", "resonance", "sweep", "attack", "decay",
                                   "sustain", "release", "level"}));
  genome_.values[index("mix")] = 0;  // closes the gate of the second oscillator
  EXPECT_FALSE(searchableKeys(space_, genome_).contains("detune"));
}

TEST_F(SearchSpaceTest, OfAPresetOnlyWhatItUsesIsSearched) {
  genome_.state = {1, 2, 3};
  genome_.values = voice_.defaults();
  genome_.values[index("mix")] = 0.4f;
  genome_.laidOver.assign(12, false);
  space_.set(genome_, index("attack"), 0.9f);
  space_.set(genome_, index("cutoff"), genome_.values[index("cutoff")]);
  EXPECT_TRUE(genome_.laidOver[index("attack")]);
  EXPECT_FALSE(genome_.laidOver[index("cutoff")]) << "it has the value of the state";
  EXPECT_EQ(searchableKeys(space_, genome_), (std::set<std::string>{"mix", "attack"}));
}

TEST_F(SearchSpaceTest, AMoveIsAShareOfTheRangeAndTurnsBackAtItsEnd) {
  const std::size_t level = index("level");  // from 0.3 to 1
  genome_.values[level] = 0.6f;
  std::set<float> values;
  for (std::uint64_t i = 0; i < 20; ++i) {
    SplitMix64 random(3, i);
    const Genome moved = space_.moved(genome_, level, 0.1, random);
    values.insert(moved.values[level]);
    Genome others = moved;
    others.values[level] = 0.6f;
    EXPECT_EQ(others.values, genome_.values);
  }
  ASSERT_EQ(values.size(), 2u) << "up and down";
  EXPECT_NEAR(*values.begin(), 0.53, 1e-5);
  EXPECT_NEAR(*values.rbegin(), 0.67, 1e-5);
  genome_.values[level] = 1;
  for (std::uint64_t i = 0; i < 20; ++i) {
    SplitMix64 random(3, i);
    EXPECT_NEAR(space_.moved(genome_, level, 0.1, random).values[level], 0.93, 1e-5);
  }
}

TEST_F(SearchSpaceTest, ValuesOutsideARangeAreReflectedIntoIt) {
  std::vector<double> values{1.2, 0.2, 0.7};
  const Genome changed =
      space_.withValues(genome_, {index("cutoff"), index("level"), index("attack")}, values);
  EXPECT_NEAR(changed.values[index("cutoff")], 0.8, 1e-5);
  EXPECT_NEAR(changed.values[index("level")], 0.4, 1e-5);
  EXPECT_NEAR(changed.values[index("attack")], 0.7, 1e-5);
  EXPECT_NEAR(values[0], 0.8, 1e-5) << "the caller learns what became of its values";
  EXPECT_EQ(changed.values[index("decay")], 0.5f);
}

TEST_F(SearchSpaceTest, GenomesDifferAudiblyUnlessOnlyInWhatIsSilentInBoth) {
  EXPECT_FALSE(space_.differAudibly(genome_, genome_));
  Genome other = genome_;
  other.values[index("detune")] = 0.1f;
  EXPECT_TRUE(space_.differAudibly(genome_, other));
  genome_.values[index("mix")] = other.values[index("mix")] = 0;
  EXPECT_FALSE(space_.differAudibly(genome_, other));
  other.note = 61;
  EXPECT_TRUE(space_.differAudibly(genome_, other));
}

// This synth has no tuning of its whole sound, only one of a part.
TEST_F(SearchSpaceTest, IsTransposedInPartsIfNoTuningIsOfTheWholeSound) {
  EXPECT_FALSE(space_.transposed(genome_, 48)) << "it has no note";
  genome_.note = 60;
  EXPECT_EQ(space_.transposed(genome_, 60)->values, genome_.values);
  EXPECT_FALSE(space_.transposed(genome_, 55));
  std::set<float> detunes;
  for (std::uint64_t i = 0; i < 20; ++i) {
    SplitMix64 random(3, i);
    Genome transposed = genome_;
    space_.transposeParts(transposed, 6, random);
    EXPECT_EQ(transposed.note, 66);
    detunes.insert(transposed.values[index("detune")]);
  }
  ASSERT_EQ(detunes.size(), 2u) << "tuned or not";
  EXPECT_NEAR(*detunes.begin(), 0.25, 1e-5) << "six of 24 semitones lower";
  EXPECT_EQ(*detunes.rbegin(), 0.5f);
}

}  // namespace
}  // namespace patchpilot
