#include "propose/network_hearing.h"

#include "data/played_note.h"
#include "propose/note_rounds.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

/// Hears A3 in every sound, and counts the sounds.
class Counter : public Network {
 public:
  std::int64_t dimension() const override { return PlayedNote::kWidth; }
  void run(BatchView, std::span<float> outputs) const override {
    ++sounds;
    PlayedNote::encode({57, 100, 1}, outputs);
  }

  mutable int sounds = 0;
};

Target openTarget(float sample) {
  Target target;
  target.sound = AudioBuffer(2, 4410, 44100);
  for (int channel = 0; channel < 2; ++channel)
    for (float& one : target.sound.channel(channel)) one = sample;
  target.note = 57;
  target.noteConfidence = 1;
  target.noteOpen = true;
  return target;
}

TEST(NetworkHearing, AsksTheNetworksOnceForAllProposersOfAMatch) {
  const auto network = std::make_shared<Counter>();
  const auto hearing = std::make_shared<NetworkHearing>(NoteModels({network}));
  const Target target = openTarget(0.1f);
  for (NoteRounds rounds : {NoteRounds(hearing), NoteRounds(hearing), NoteRounds(hearing)})
    EXPECT_TRUE(rounds.begin(target));
  EXPECT_EQ(network->sounds, 1);
  EXPECT_EQ(hearing->played(target).notes.size(), PlayedNote::kNotes);
  EXPECT_EQ(&hearing->features(target), &hearing->features(target));
  EXPECT_EQ(network->sounds, 1);
}

TEST(NetworkHearing, HearsAnotherTargetAnew) {
  const auto network = std::make_shared<Counter>();
  NetworkHearing hearing(NoteModels({network}));
  const Target quiet = openTarget(0.01f), loud = openTarget(0.5f);
  const std::vector<float> level = hearing.features(quiet).level;
  hearing.played(quiet);
  EXPECT_NE(hearing.features(loud).level, level);
  hearing.played(loud);
  EXPECT_EQ(network->sounds, 2);
  EXPECT_EQ(hearing.features(quiet).level, level);
}

TEST(NetworkHearing, HearsNoNotesWithoutNetworks) {
  NetworkHearing hearing(nullptr, {});
  EXPECT_TRUE(hearing.played(openTarget(0.1f)).notes.empty());
}

}  // namespace
}  // namespace patchpilot
