#include "search/mutation.h"

#include "search_inputs.h"
#include "synth/voice_engine.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchpilot {
namespace {

class MutationTest : public ::testing::Test {
 protected:
  std::size_t index(const std::string& key) const { return *voice_.space().find(key); }

  /// All parameters but the waves in the middle of their range.
  Genome middle() const {
    Genome genome = pointGenome(voice_.defaults());
    for (std::size_t i = 0; i < genome.values.size(); ++i)
      if (const ParameterSpec& p = voice_.space().parameters[i]; p.kind == ParameterKind::continuous)
        genome.values[i] = (p.min + p.max) / 2;
    return genome;
  }

  Genome mutant(const Genome& parent, std::uint64_t number, double least = 0.01, double most = 0.3) const {
    SplitMix64 random(3, number);
    Genome genome = parent;
    mutation_.mutate(genome, least, most, random);
    return genome;
  }

  /// In how many of 1000 mutants a parameter has moved.
  int moves(const Genome& parent, std::size_t parameter) const {
    int count = 0;
    for (std::uint64_t i = 0; i < 1000; ++i)
      count += mutant(parent, i).values[parameter] != parent.values[parameter];
    return count;
  }

  VoiceEngine voice_;
  SearchSpace space_{voice_.space(), voice_.defaults(), {}};
  Mutation mutation_{space_, {}};
};

TEST_F(MutationTest, MovesAFewParametersWithinTheirRange) {
  const Genome parent = middle();
  std::size_t most = 0, unchanged = 0;
  for (std::uint64_t i = 0; i < 500; ++i) {
    const Genome genome = mutant(parent, i);
    std::size_t moved = 0;
    for (std::size_t p = 0; p < genome.values.size(); ++p) {
      const ParameterSpec& parameter = voice_.space().parameters[p];
      EXPECT_GE(genome.values[p], parameter.min) << parameter.key;
      EXPECT_LE(genome.values[p], parameter.max) << parameter.key;
      EXPECT_NEAR(genome.values[p], parameter.nearest(genome.values[p]), 1e-6) << parameter.key;
      moved += genome.values[p] != parent.values[p];
    }
    most = std::max(most, moved);
    unchanged += moved == 0;
  }
  EXPECT_GT(most, 3u);
  EXPECT_LE(most, 12u);
  EXPECT_LT(unchanged, 100u);
}

TEST_F(MutationTest, StepsAreAsLargeAsTheDeviation) {
  const Genome parent = middle();
  const std::size_t cutoff = index("cutoff");
  const auto meanStep = [&](double deviation) {
    double sum = 0;
    int count = 0;
    for (std::uint64_t i = 0; i < 2000; ++i) {
      const double step =
          std::abs(mutant(parent, i, deviation, deviation).values[cutoff] - parent.values[cutoff]);
      sum += step;
      count += step > 0;
    }
    return sum / count;
  };
  // The mean of the absolute values of a normal distribution is sqrt(2 / pi) of its deviation. A parameter
  // that is drawn twice moves farther.
  EXPECT_NEAR(meanStep(0.01) / 0.01, 0.8, 0.15);
  EXPECT_NEAR(meanStep(0.05) / 0.05, 0.8, 0.15);
}

TEST_F(MutationTest, ParametersThatWereHeardMoveMoreOften) {
  const Genome parent = middle();
  const std::size_t cutoff = index("cutoff"), release = index("release");
  const int cutoffBefore = moves(parent, cutoff), releaseBefore = moves(parent, release);
  for (int i = 0; i < 30; ++i) {
    Genome heard = parent, unheard = parent;
    heard.values[cutoff] += 0.1f;
    unheard.values[release] += 0.1f;
    mutation_.learn(parent, heard, 5);
    mutation_.learn(parent, unheard, 0);
  }
  EXPECT_GT(moves(parent, cutoff), cutoffBefore * 5 / 4);
  EXPECT_LT(moves(parent, release), releaseBefore * 3 / 4);
}

TEST_F(MutationTest, SilentParametersStay) {
  Genome parent = middle();
  EXPECT_GT(moves(parent, index("detune")), 50);
  parent.values[index("mix")] = 0;  // the second oscillator is not heard
  EXPECT_EQ(moves(parent, index("detune")), 0);
}

TEST_F(MutationTest, EqualRandomNumbersGiveEqualMutants) {
  const Genome parent = middle();
  EXPECT_EQ(mutant(parent, 7).values, mutant(parent, 7).values);
  EXPECT_NE(mutant(parent, 7).values, mutant(parent, 8).values);
}

}  // namespace
}  // namespace patchpilot
