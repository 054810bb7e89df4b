#include "listen/sound_target.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "../audio/tones.h"
#include "audio/file.h"
#include "audio/level.h"
#include "audio/pitch.h"
#include "base/error.h"
#include "temporary_folder.h"

namespace patchpilot {
namespace {

using namespace tones;

class TargetTest : public testing::Test {
 protected:
  Target read(const AudioBuffer& sound, const TargetOptions& options = {},
              const std::string& name = "sound.wav") const {
    writeWav(folder_ / name, sound);
    return readTarget(folder_ / name, options);
  }

  static AudioBuffer note(int midi = 52) {
    return make(2, [&](double t) { return 0.4 * held(t, 0.3, 1.1) * partials(noteToHz(midi), t); });
  }

  TemporaryFolder folder_;
};

bool tells(const Target& target, const std::string& part) {
  for (const auto& warning : target.warnings)
    if (warning.find(part) != std::string::npos) return true;
  return false;
}

TEST_F(TargetTest, RecordingsOfOneSoundAreOneTarget) {
  const Target clean = read(note());
  EXPECT_TRUE(clean.warnings.empty());
  AudioBuffer oneSided = note(), inverted = note(), offset = note();
  for (float& sample : oneSided.channel(0)) sample = 0;
  for (float& sample : inverted.channel(0)) sample = -sample;
  for (float& sample : offset.samples()) sample += 0.06f;
  for (const AudioBuffer& sound : {oneSided, inverted, offset}) {
    const Target target = read(sound);
    EXPECT_EQ(target.warnings.size(), 1u);
    EXPECT_EQ(target.note, clean.note);
    EXPECT_EQ(target.startSeconds, clean.startSeconds);
    EXPECT_EQ(target.lengthSeconds, clean.lengthSeconds);
    EXPECT_LT(mss(target.spectrum, clean.spectrum), 1e-3);
  }
}

TEST_F(TargetTest, SilenceAroundASoundIsNoPartOfIt) {
  const std::size_t second = std::size_t(kSampleRateHz);
  const Target clean = read(note().placedAt(0, 3 * second));
  EXPECT_LT(clean.sound.seconds(), 2);
  // A multiple of the blocks in which the onset is sought.
  for (const std::size_t before : {std::size_t(0), std::size_t(64000)})
    for (const std::size_t after : {second, 4 * second}) {
      const Target target = read(note().placedAt(before, before + 2 * second + after));
      EXPECT_NEAR(target.startSeconds, clean.startSeconds + double(before) / kSampleRateHz, 1e-6);
      EXPECT_EQ(target.lengthSeconds, clean.lengthSeconds);
      EXPECT_TRUE(std::ranges::equal(target.sound.samples(), clean.sound.samples()))
          << before << " " << after;
      EXPECT_TRUE(target.warnings.empty());
    }
  // Who asks for a length gets it.
  const Target asked = read(note(), {.durationSeconds = 1.9});
  EXPECT_NEAR(asked.sound.seconds(), 1.9 - asked.startSeconds, 1e-4);
}

TEST_F(TargetTest, ASoundThatBeginsWithItsNoteIsLeftAsItIs) {
  AudioBuffer sound = note();
  for (float& sample : sound.channel(0)) sample = -sample + 0.1f;
  const Target target = read(sound, {.note = 52, .lengthSeconds = 0.8, .beginsWithNote = true});
  EXPECT_TRUE(std::ranges::equal(target.sound.samples(), sound.samples()));
  EXPECT_TRUE(target.warnings.empty());
}

TEST_F(TargetTest, EndsBeforeTheNextNote) {
  const auto sound = make(
      3, [](double t) { return held(t, 0.1, 0.6) * partials(110, t) + held(t, 1.4, 2) * partials(330, t); });
  const Target target = read(sound);
  EXPECT_LT(target.startSeconds + target.sound.seconds(), 1.41);
  EXPECT_TRUE(tells(target, "several onsets"));
  EXPECT_NEAR(read(sound, {.durationSeconds = 2.5}).sound.seconds(), 2.4, 0.01)
      << "a length that was asked for is kept";
}

TEST_F(TargetTest, SaysWhichKeyItTookFromTheFile) {
  SoundFile file;
  file.sound = note(40);
  file.rootKeys = {{52, "smpl chunk"}};
  writeWav(folder_ / "bass.wav", file);
  EXPECT_EQ(readTarget(folder_ / "bass.wav", {}).note, 52);
  EXPECT_TRUE(tells(readTarget(folder_ / "bass.wav", {}), "says key 52 (E3)"));
  EXPECT_EQ(readTarget(folder_ / "bass.wav", {.note = 40}).note, 40);
  EXPECT_TRUE(readTarget(folder_ / "bass.wav", {.note = 40}).warnings.empty());
  EXPECT_EQ(read(note(40), {}, "Bass_E3.wav").note, 52);
  EXPECT_EQ(read(note(40), {.name = "Bass_E3"}).note, 52) << "a name that the file no longer has";
}

TEST_F(TargetTest, ASingleCycleBecomesANote) {
  AudioBuffer cycle(2, 600);
  for (std::size_t i = 0; i < 600; ++i)
    cycle.channel(0)[i] = cycle.channel(1)[i] = float(double(i) / 300 - 1);
  const Target target = read(cycle);
  EXPECT_EQ(target.note, 48);
  EXPECT_EQ(target.sound.seconds(), 2);
  EXPECT_EQ(target.lengthSeconds, 1.5);
  EXPECT_TRUE(tells(target, "a single cycle of 600 samples"));
  const Target low = read(cycle, {.note = 33, .lengthSeconds = 1});
  EXPECT_EQ(low.note, 33);
  EXPECT_EQ(low.lengthSeconds, 1);
}

TEST_F(TargetTest, AnOffsetAloneIsSilence) {
  AudioBuffer sound(2, 44100);
  for (float& sample : sound.samples()) sample = 0.3f;
  EXPECT_THROW(read(sound), Error);
}

TEST_F(TargetTest, ASoundInMemoryIsTheTargetThatItsFileIs) {
  const Target file = read(note()), memory = makeTarget(note(), {});
  EXPECT_TRUE(std::ranges::equal(file.sound.samples(), memory.sound.samples()));
  EXPECT_EQ(file.note, memory.note);
  EXPECT_EQ(file.startSeconds, memory.startSeconds);
  EXPECT_EQ(file.lengthSeconds, memory.lengthSeconds);
  EXPECT_EQ(mss(file.spectrum, memory.spectrum), 0);
  const TargetOptions part{.startSeconds = 0.1, .durationSeconds = 0.5};
  EXPECT_TRUE(
      std::ranges::equal(read(note(), part).sound.samples(), makeTarget(note(), part).sound.samples()));
  EXPECT_THROW(makeTarget(AudioBuffer(2, 44100), {}), Error);
  EXPECT_THROW(makeTarget(note(), {.startSeconds = 100}), Error);
}

}  // namespace
}  // namespace patchpilot
