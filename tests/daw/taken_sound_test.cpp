#include "daw/taken_sound.h"

#include "audio/file.h"
#include "base/error.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchpilot {
namespace {

constexpr double kRingRate = 48000;

/// Two seconds on one channel: a note from 0.5 to 1.5 s, at 10 s of the host's timeline.
void play(SoundRing& ring) {
  std::vector<float> samples(std::size_t(2 * kRingRate));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = double(i) / kRingRate - 0.5;
    samples[i] = t < 0 || t > 1 ? 0 : float(0.4 * std::exp(-2 * t) * std::sin(2 * M_PI * 220 * t));
  }
  const float* channels[] = {samples.data()};
  ring.write(channels, 1, int(samples.size()), std::int64_t(10 * kRingRate));
}

TEST(TakenSound, IsAllThatTheRingHoldsInStereoWithItsLastNoteMarked) {
  SoundRing ring(1, kRingRate, 5);
  play(ring);
  const MarkedSound taken = takenFromRing(&ring);
  EXPECT_EQ(taken.sound.audio.channels(), 2);
  EXPECT_EQ(taken.sound.audio.sampleRateHz(), kSampleRateHz);
  EXPECT_NEAR(taken.sound.audio.seconds(), 2, 1e-3);
  EXPECT_EQ(taken.sound.timelineSeconds, 10);
  EXPECT_NEAR(taken.part.start, 0.5, 0.03);
  EXPECT_NEAR(taken.part.seconds, 1, 0.1);
}

TEST(TakenSound, MarksTheFramesThatItIsTold) {
  SoundRing ring(1, kRingRate, 5);
  play(ring);
  EXPECT_EQ(takenFromRing(&ring, RingFrames{12000, 36000}).part, (Part{0.25, 0.5}));
}

TEST(TakenSound, NeedsAnythingToHavePlayed) {
  const SoundRing ring(1, kRingRate, 5);
  EXPECT_THROW(takenFromRing(&ring), Error);
  EXPECT_THROW(takenFromRing(nullptr), Error);
}

TEST(TakenSound, OfAServerIsInTwoChannels) {
  EXPECT_EQ(decodedFromServer(wavBytes(AudioBuffer(2, 100))).frames(), 100u);
  EXPECT_THROW(decodedFromServer(wavBytes(AudioBuffer(1, 100))), Error);
  EXPECT_THROW(decodedFromServer(Bytes{1, 2, 3}), Error);
}

}  // namespace
}  // namespace patchpilot
