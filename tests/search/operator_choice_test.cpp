#include "search/operator_choice.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace patchpilot {
namespace {

constexpr int kDraws = 5000;

/// How often each operator is drawn.
std::array<double, kOperators> shares(const OperatorChoice& choice) {
  std::array<double, kOperators> shares{};
  SplitMix64 random(3);
  for (int i = 0; i < kDraws; ++i) shares[std::size_t(choice.draw(random))] += 1.0 / kDraws;
  return shares;
}

std::vector<Operator> all() {
  std::vector<Operator> operators;
  for (std::size_t i = 0; i < kOperators; ++i) operators.push_back(Operator(i));
  return operators;
}

TEST(OperatorChoice, DrawsAllAlikeAtFirst) {
  for (const double share : shares(OperatorChoice(all()))) EXPECT_NEAR(share, 1.0 / kOperators, 0.03);
}

TEST(OperatorChoice, DrawsOnlyThoseThatItIsGiven) {
  std::vector<Operator> some = all();
  std::erase(some, Operator::noteLength);
  const auto drawn = shares(OperatorChoice(some));
  EXPECT_EQ(drawn[std::size_t(Operator::noteLength)], 0);
  EXPECT_GT(drawn[std::size_t(Operator::transposition)], 0);
}

TEST(OperatorChoice, PrefersWhatImprovedAndNeverDropsTheOthers) {
  OperatorChoice choice(all());
  for (int i = 0; i < 300; ++i)
    for (std::size_t op = 0; op < kOperators; ++op)
      choice.learn(Operator(op), Operator(op) == Operator::differential);
  const auto learnt = shares(choice);
  for (std::size_t op = 0; op < kOperators; ++op)
    if (Operator(op) != Operator::differential) {
      EXPECT_NEAR(learnt[op], OperatorChoice::kLeastShare, 0.02) << op;
    }
  EXPECT_GT(learnt[std::size_t(Operator::differential)], 0.5);
}

TEST(OperatorChoice, ForgetsWhatImprovedLongAgo) {
  OperatorChoice choice({Operator(0), Operator(1)});
  for (int i = 0; i < 300; ++i) {
    choice.learn(Operator(0), true);
    choice.learn(Operator(1), false);
  }
  for (int i = 0; i < 300; ++i) {
    choice.learn(Operator(0), false);
    choice.learn(Operator(1), true);
  }
  EXPECT_LT(shares(choice)[0], 0.1);
}

}  // namespace
}  // namespace patchpilot
