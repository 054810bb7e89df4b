#include "data/played_note.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace patchpilot {
namespace {

std::vector<float> encoded(const Note& note) {
  std::vector<float> values(PlayedNote::kWidth, 7.0f);
  PlayedNote::encode(note, values);
  return values;
}

TEST(PlayedNote, IsAChoiceOfNotesAndALength) {
  const std::vector<float> values = encoded({60, 100, 0.25});
  EXPECT_EQ(values[60 - 36], 1.0f);
  EXPECT_EQ(std::accumulate(values.begin(), values.end() - 1, 0.0f), 1.0f);
  EXPECT_NEAR(PlayedNote::lengthSeconds(values.back()), 0.25, 1e-6);
}

TEST(PlayedNote, TakesWhatIsBeyondItsRangesForTheirEnds) {
  EXPECT_EQ(encoded({20, 100, 0.001})[0], 1.0f);
  EXPECT_EQ(encoded({120, 100, 1})[PlayedNote::kNotes - 1], 1.0f);
  EXPECT_NEAR(PlayedNote::lengthSeconds(encoded({60, 100, 0.001}).back()), 0.1, 1e-6);
  EXPECT_NEAR(PlayedNote::lengthSeconds(encoded({60, 100, 9}).back()), 3.6, 1e-6);
  EXPECT_NEAR(PlayedNote::lengthSeconds(5), 3.6, 1e-6);
}

}  // namespace
}  // namespace patchpilot
