#include "daw/sound_part.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(SoundPart, IsBroughtIntoTheSoundAndToALengthThatCanBeMatched) {
  EXPECT_EQ(partThatCanBeMatched({1, 2}, 10), (Part{1, 2}));
  EXPECT_EQ(partThatCanBeMatched({-3, 2}, 10), (Part{0, 2}));
  EXPECT_EQ(partThatCanBeMatched({9, 2}, 10), (Part{9, 1}));
  EXPECT_EQ(partThatCanBeMatched({1, 0}, 10), (Part{1, kShortestPartSeconds}));
  EXPECT_EQ(partThatCanBeMatched({0, 60}, 60), (Part{0, kLongestPartSeconds}));
  EXPECT_EQ(partThatCanBeMatched({99, 1}, 10).end(), 10);
}

TEST(SoundPart, HasAMarginAsFarAsTheSoundGoes) {
  EXPECT_EQ(withMargin({1, 2}, 10), (Part{0.5, 3}));
  EXPECT_EQ(withMargin({0.25, 1}, 1.5), (Part{0, 1.5}));
}

TEST(SoundPart, IsJoinedWithAnother) {
  EXPECT_EQ(joined({1, 2}, {2, 4}), (Part{1, 5}));
  EXPECT_EQ(joined({5, 1}, {2, 1}), (Part{2, 4}));
  EXPECT_EQ(joined({1, 9}, {2, 1}), (Part{1, 9}));
}

TEST(SoundPart, IsCutOut) {
  AudioBuffer sound(2, 1000, 1000);
  for (std::size_t i = 0; i < 1000; ++i) sound.channel(1)[i] = float(i);
  const AudioBuffer part = cut(sound, {0.25, 0.5});
  EXPECT_EQ(part.frames(), 500u);
  EXPECT_EQ(part.channel(1)[0], 250);
  EXPECT_EQ(part.sampleRateHz(), 1000);
  EXPECT_EQ(cut(sound, {0.9, 5}).frames(), 100u);
  EXPECT_EQ(cut(sound, {2, 1}).frames(), 0u);
}

}  // namespace
}  // namespace patchpilot
