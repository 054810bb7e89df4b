#include "search/fitness.h"

#include "search_inputs.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

const std::vector<float> kOwn{0.5f, 1, 0.7f, 0.5f, 0.2f, 0.5f}, kOther{0.6f, 1, 0.7f, 0.5f, 0.2f, 0.1f};

Candidate measured(const Target& target, const Objective& objective) {
  Candidate candidate;
  candidate.proposal.patch = Patch::point(kOther);
  candidate.sound = tones(kOther, target.sound.seconds());
  measure(candidate, target, objective);
  return candidate;
}

TEST(Fitness, CostsTheDistanceAndHasTheCasesOfMssAndTheOtherMetrics) {
  const Target target = tonesTarget(kOwn, 0.5);
  const Objective objective = makeObjective("", target);
  const Fitness fitness(target, objective, nullptr);
  EXPECT_TRUE(fitness.hasCases());
  const Candidate candidate = measured(target, objective);
  const Individual individual = fitness.individual(pointGenome(kOther, "one"), candidate);
  EXPECT_EQ(individual.genome.origin, "one");
  EXPECT_EQ(individual.cost, candidate.distance);
  EXPECT_EQ(individual.partCost, 0) << "no render is cut";
  const ErrorCases cases = errorCases(target.spectrum, candidate.spectrum, target.lengthSeconds);
  std::vector<float> expected(cases.begin(), cases.end());
  expected.insert(expected.end(), candidate.terms.begin(), candidate.terms.end());
  EXPECT_EQ(individual.cases, expected);
  EXPECT_EQ(individual.cases.size(), kErrorCases + 3) << "three metrics beside MSS";
}

TEST(Fitness, AnObjectiveWithoutMssHasNoCases) {
  const Target target = tonesTarget(kOwn, 0.5);
  const Objective objective =
      Objective::ofSound([](const AudioBuffer& sound) { return double(sound.frames()); });
  const Fitness fitness(target, objective, nullptr);
  EXPECT_FALSE(fitness.hasCases());
  const Individual individual = fitness.individual(pointGenome(kOther), measured(target, objective));
  EXPECT_EQ(individual.cost, double(target.sound.frames()));
  EXPECT_TRUE(individual.cases.empty());
}

TEST(Fitness, TellsHowFarTheFirstPartIsIfRendersAreCut) {
  const Target target = tonesTarget(kOwn, 2.5);
  const CutRule rule(target);
  const Fitness fitness(target, {}, &rule);
  const Candidate candidate = measured(target, {});
  const Individual individual = fitness.individual(pointGenome(kOther), candidate);
  EXPECT_GT(individual.partCost, 0.5);
  EXPECT_EQ(individual.partCost, rule.partCost(candidate.sound));
}

}  // namespace
}  // namespace patchpilot
