#include "daw/waveform.h"

#include "daw/sound_ring.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchpilot {
namespace {

/// Adds a note that decays: from a second on, so long.
void addNote(AudioBuffer& sound, double start, double seconds, double hz, double level) {
  const double rate = sound.sampleRateHz();
  for (std::size_t i = 0; double(i) < seconds * rate; ++i) {
    const std::size_t at = std::size_t(start * rate) + i;
    if (at >= sound.frames()) return;
    const double t = double(i) / rate;
    sound.channel(0)[at] += float(level * std::exp(-3 * t) * std::sin(2 * M_PI * hz * t));
  }
}

TEST(LastNote, IsTheLastOfSeveral) {
  AudioBuffer sound(1, 44100 * 5, 44100);
  addNote(sound, 0.5, 0.8, 220, 0.8);
  addNote(sound, 1.7, 0.8, 330, 0.8);
  addNote(sound, 3.2, 0.9, 110, 0.3);
  const Part part = lastNote(sound);
  EXPECT_NEAR(part.start, 3.2, 0.03);
  EXPECT_NEAR(part.end(), 4.1, 0.03);
}

TEST(LastNote, BeginsWhereTheLevelRisesAgain) {
  AudioBuffer sound(1, 44100 * 3, 44100);
  addNote(sound, 0.2, 2.5, 220, 0.8);
  addNote(sound, 1.5, 1.2, 330, 0.8);
  EXPECT_NEAR(lastNote(sound).start, 1.5, 0.03);
}

TEST(LastNote, IsNotACutOffBeginning) {
  AudioBuffer sound(1, 44100 * 13 / 10, 44100);
  addNote(sound, 0.3, 1, 220, 0.5);
  addNote(sound, 1.25, 0.05, 330, 0.8);
  EXPECT_NEAR(lastNote(sound).start, 0.3, 0.03);
}

TEST(LastNote, OfSilenceOrAToneIsAllOfIt) {
  AudioBuffer sound(2, 44100 * 2, 44100);
  EXPECT_EQ(lastNote(sound), (Part{0, 2}));
  for (std::size_t i = 0; i < sound.frames(); ++i) sound.channel(0)[i] = float(std::sin(0.05 * double(i)));
  EXPECT_NEAR(lastNote(sound).seconds, 2, 0.02);
  EXPECT_EQ(lastNote(sound).start, 0);
  EXPECT_EQ(lastNote(AudioBuffer(2, 3, 44100)).start, 0);
  EXPECT_EQ(lastNote(AudioBuffer(2, 44100 * 40, 44100)).seconds, kLongestPartSeconds);
}

TEST(Peaks, AreTheExtremesOfEachColumn) {
  AudioBuffer sound(2, 10, 44100);
  sound.channel(0)[2] = 0.5f;
  sound.channel(1)[7] = -0.25f;
  const auto peaks = peaksOf(sound, 2);
  EXPECT_EQ(peaks[0].high, 0.5f);
  EXPECT_EQ(peaks[0].low, 0);
  EXPECT_EQ(peaks[1].low, -0.25f);
}

TEST(RingPeaks, GrowWithTheRingAndStayAsLongAsIt) {
  SoundRing ring(1, 1000, 4.096);  // 16 peaks
  RingPeaks peaks;
  EXPECT_FALSE(peaks.update(ring));
  std::vector<float> block(128);
  const float* channels[] = {block.data()};
  for (int i = 1; i <= 10; ++i) {
    block[5] = float(i) / 100;
    ring.write(channels, 1, 128, {});
  }
  EXPECT_TRUE(peaks.update(ring));
  EXPECT_FALSE(peaks.update(ring));
  ASSERT_EQ(peaks.peaks().size(), 5u);
  EXPECT_EQ(peaks.peaks()[0].high, 0.02f);
  EXPECT_EQ(peaks.peaks()[4].high, 0.1f);
  EXPECT_EQ(peaks.level(), 0.1f);
  for (int i = 0; i < 100; ++i) ring.write(channels, 1, 128, {});
  EXPECT_TRUE(peaks.update(ring));
  EXPECT_EQ(peaks.peaks().size(), 16u);
  SoundRing other(1, 1000, 1);
  other.write(channels, 1, 128, {});
  other.write(channels, 1, 128, {});
  EXPECT_TRUE(peaks.update(other));
  EXPECT_EQ(peaks.peaks().size(), 1u);
}

}  // namespace
}  // namespace patchpilot
