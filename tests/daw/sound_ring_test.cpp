#include "daw/sound_ring.h"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

namespace patchpilot {
namespace {

/// Blocks of a ramp: frame n holds n + 1 on the left, and its negative on the right.
class Ramp {
 public:
  void write(SoundRing& ring, int frames, std::optional<std::int64_t> timeline = {}) {
    std::vector<float> left, right;
    for (int i = 0; i < frames; ++i) {
      left.push_back(float(++count_));
      right.push_back(-float(count_));
    }
    const float* channels[] = {left.data(), right.data()};
    ring.write(channels, 2, frames, timeline);
  }

 private:
  int count_ = 0;
};

void writeSilence(SoundRing& ring, int frames) {
  const std::vector<float> zeros(std::size_t(frames), 0.0f);
  const float* channels[] = {zeros.data(), zeros.data()};
  ring.write(channels, 2, frames, {});
}

TEST(SoundRing, HoldsTheLastFramesInOrder) {
  SoundRing ring(2, 100, 1);
  EXPECT_EQ(ring.readAll().sound.frames(), 0u);
  Ramp ramp;
  for (const int frames : {30, 1, 0, 64, 33}) ramp.write(ring, frames);
  EXPECT_EQ(ring.written(), 128u);
  const Recording all = ring.readAll();
  ASSERT_EQ(all.sound.frames(), 100u);
  EXPECT_EQ(all.sound.sampleRateHz(), 100);
  for (std::size_t i = 0; i < 100; ++i) {
    ASSERT_EQ(all.sound.channel(0)[i], float(29 + i));
    ASSERT_EQ(all.sound.channel(1)[i], -float(29 + i));
  }
  const Recording part = ring.read(100, 110);
  ASSERT_EQ(part.sound.frames(), 10u);
  EXPECT_EQ(part.sound.channel(0)[0], 101);
  EXPECT_EQ(part.begin, 100u);
  EXPECT_EQ(ring.read(0, 30).sound.frames(), 2u) << "what was overwritten is left out";
  EXPECT_EQ(ring.read(120, 1000).sound.frames(), 8u) << "what is not there yet is left out";
  EXPECT_EQ(ring.read(500, 1000).sound.frames(), 0u);
}

TEST(SoundRing, KeepsTheEndOfABlockThatIsLongerThanIt) {
  SoundRing ring(2, 100, 0.5);
  Ramp ramp;
  ramp.write(ring, 10);
  ramp.write(ring, 170);
  const Recording all = ring.readAll();
  ASSERT_EQ(all.sound.frames(), 50u);
  EXPECT_EQ(all.sound.channel(0)[0], 131);
  EXPECT_EQ(all.sound.channel(0)[49], 180);
}

TEST(SoundRing, LeavesOutLongSilence) {
  SoundRing ring(2, 100, 5);
  Ramp ramp;
  ramp.write(ring, 50);
  for (int i = 0; i < 100; ++i) writeSilence(ring, 10);
  EXPECT_EQ(ring.written(), 150u) << "a second of silence belongs to the sound";
  ramp.write(ring, 10);
  EXPECT_EQ(ring.written(), 160u);
  EXPECT_EQ(ring.readAll().sound.channel(0)[0], 1);
}

TEST(SoundRing, KnowsWhereOnTheTimelineAFrameWas) {
  SoundRing ring(2, 100, 1);
  Ramp ramp;
  ramp.write(ring, 20);
  ramp.write(ring, 20, 5000);
  ramp.write(ring, 20, 5020);
  ramp.write(ring, 20, 300);  // a loop begins again
  EXPECT_EQ(ring.read(0, 80).timeline, std::nullopt);
  EXPECT_EQ(ring.read(20, 80).timeline, 5000);
  EXPECT_EQ(ring.read(59, 80).timeline, 5039);
  EXPECT_EQ(ring.read(60, 80).timeline, 300);
  ramp.write(ring, 40);
  EXPECT_EQ(ring.read(0, 200).timeline, 5000) << "of the oldest that is there";
  EXPECT_EQ(ring.read(85, 200).timeline, std::nullopt);
  for (int i = 0; i < 2000; ++i) ramp.write(ring, 1, 10 * i);
  EXPECT_EQ(ring.read(2119, 2120).timeline, 19990);
}

TEST(SoundRing, OfMoreChannelsThanItIsGivenIsSilentInTheOthers) {
  SoundRing ring(2, 100, 1);
  const float samples[] = {1, 2, 3};
  const float* channels[] = {samples};
  ring.write(channels, 1, 3, {});
  EXPECT_EQ(ring.readAll().sound.channel(0)[2], 3);
  EXPECT_EQ(ring.readAll().sound.channel(1)[2], 0);
}

TEST(SoundRing, GivesNoTornFramesWhileItIsWritten) {
  SoundRing ring(2, 1000, 1);
  std::atomic<bool> over{false};
  std::thread writer([&] {
    Ramp ramp;
    // As long as a float counts exactly.
    for (int i = 0; i < 3000; ++i) ramp.write(ring, 1 + i % 97, std::int64_t(ring.written()) + 7);
    over = true;
  });
  std::size_t frames = 0;
  bool last = false;
  while (!last) {
    last = over;
    const Recording all = ring.readAll();
    frames += all.sound.frames();
    for (std::size_t i = 0; i < all.sound.frames(); ++i) {
      ASSERT_EQ(all.sound.channel(1)[i], -all.sound.channel(0)[i]);
      if (i > 0) {
        ASSERT_EQ(all.sound.channel(0)[i], all.sound.channel(0)[i - 1] + 1);
      }
    }
    if (all.sound.frames() > 0) {
      ASSERT_TRUE(all.timeline);
      ASSERT_EQ(float(*all.timeline - 7 + 1), all.sound.channel(0)[0]);
    }
  }
  writer.join();
  EXPECT_GT(frames, 0u);
}

}  // namespace
}  // namespace patchpilot
