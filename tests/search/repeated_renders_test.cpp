#include "search/repeated_renders.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

Candidate candidate(double distance) {
  Candidate candidate;
  candidate.distance = distance;
  return candidate;
}

TEST(RepeatedRenders, TheMeanOfBothRendersDecidesAndTheSecondOnesAreKept) {
  std::vector<Outcome> again(3);
  again[0].candidate = candidate(9);  // mean 5
  again[1].candidate = candidate(2);  // mean 2
  again[2].problem = "crashed";       // 3 as before
  std::vector<double> distances;
  for (const Candidate& one :
       rankAgain({candidate(1), candidate(2), candidate(3), candidate(4)}, std::move(again)))
    distances.push_back(one.distance);
  EXPECT_EQ(distances, (std::vector<double>{2, 3, 9, 4}));
}

TEST(RepeatedRenders, WithoutSecondRendersNothingChanges) {
  EXPECT_EQ(rankAgain({candidate(1), candidate(2)}, {}).front().distance, 1);
}

}  // namespace
}  // namespace patchpilot
