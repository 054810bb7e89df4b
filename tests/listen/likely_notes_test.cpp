#include "listen/likely_notes.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace patchpilot {
namespace {

double shareOf(const std::vector<NoteGuess>& guesses, int note) {
  const auto found =
      std::find_if(guesses.begin(), guesses.end(), [&](const auto& g) { return g.note == note; });
  return found == guesses.end() ? 0 : found->confidence;
}

Target heard(int note, double confidence, std::vector<NoteGuess> others) {
  Target target;
  target.note = note;
  target.noteOpen = true;
  target.noteConfidence = confidence;
  target.otherNotes = std::move(others);
  return target;
}

TEST(LikelyNotes, AreOneIfTheNoteIsKnown) {
  Target target;
  target.note = 41;
  target.otherNotes = {{53, 0.4}};
  const auto guesses = likelyNotes(target);
  ASSERT_EQ(guesses.size(), 1u);
  EXPECT_EQ(guesses.front().note, 41);
  EXPECT_EQ(guesses.front().confidence, 1);
}

TEST(LikelyNotes, AreWhatIsHeardItsOctavesAndIntervals) {
  const auto guesses = likelyNotes(heard(57, 0.4, {{69, 0.2}, {45, 0.1}}));
  EXPECT_EQ(guesses[0].note, 57);
  EXPECT_EQ(guesses[1].note, 69);
  double sum = 0;
  for (const NoteGuess& guess : guesses) sum += guess.confidence;
  EXPECT_NEAR(sum, 1, 1e-9);
  EXPECT_TRUE(std::is_sorted(guesses.begin(), guesses.end(),
                             [](const auto& a, const auto& b) { return a.confidence > b.confidence; }));
  EXPECT_GT(shareOf(guesses, 50), 0) << "a fifth below";
}

// Detuned oscillators beat so slowly that their sound seems to have a pitch which nobody plays.
TEST(LikelyNotes, AreNotesThatArePlayed) {
  const auto guesses = likelyNotes(heard(19, 0.3, {{31, 0.2}, {43, 0.1}}));
  EXPECT_GT(shareOf(guesses, 60), shareOf(guesses, 26)) << "a fifth above";
  EXPECT_GT(shareOf(guesses, 60), 0.03);
}

TEST(LikelyNotes, GiveNetworksMostOfTheSay) {
  const Target target = heard(57, 0.9, {});
  const auto alone = likelyNotes(target),
             with = likelyNotes(target, std::vector<NoteGuess>{{62, 0.9}, {45, 0.1}});
  double sum = 0;
  for (const NoteGuess& guess : with) sum += guess.confidence;
  EXPECT_NEAR(sum, 1, 1e-9);
  EXPECT_NEAR(shareOf(with, 62), 0.68, 0.03);
  EXPECT_NEAR(shareOf(with, 57), 0.25 * shareOf(alone, 57), 0.03);
  // What one of them holds for certain is not lost if the other does not know of it.
  EXPECT_EQ(with.front().note, 62);
  EXPECT_EQ(with[1].note, 57);
}

TEST(LikelyNotes, AskNoNetworkIfTheNoteIsKnown) {
  Target target = heard(57, 1, {});
  target.noteOpen = false;
  const auto guesses = likelyNotes(target, std::vector<NoteGuess>{{62, 1}});
  ASSERT_EQ(guesses.size(), 1u);
  EXPECT_EQ(guesses.front().note, 57);
}

}  // namespace
}  // namespace patchpilot
