#include "audio/buffer.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(AudioBuffer, SliceIsSilentBeyondTheEnd) {
  AudioBuffer sound(2, 4);
  for (std::size_t i = 0; i < 8; ++i) sound.samples()[i] = float(i + 1);
  const AudioBuffer part = sound.slice(2, 3);
  EXPECT_EQ(part.frames(), 3u);
  EXPECT_EQ(part.channel(0)[0], 3);
  EXPECT_EQ(part.channel(1)[1], 8);
  EXPECT_EQ(part.channel(0)[2], 0);
  EXPECT_EQ(sound.slice(9, 2).channel(1)[1], 0);
}

}  // namespace
}  // namespace patchpilot
