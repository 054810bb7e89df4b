#include "audio/root_key.h"

#include <gtest/gtest.h>

#include "audio/pitch.h"
#include "tones.h"

namespace patchpilot {
namespace {

using namespace tones;

TargetAnalysis weighed(double note, const std::vector<RootKey>& keys, std::string_view name = "") {
  TargetAnalysis analysis =
      analyseSound(make(1.5, [&](double t) { return held(t, 0.1, 1) * partials(noteToHz(note), t); }));
  weighRootKeys(analysis, keys, name);
  return analysis;
}

bool tells(const TargetAnalysis& analysis, const std::string& part) {
  for (const auto& warning : analysis.warnings)
    if (warning.find(part) != std::string::npos) return true;
  return false;
}

TEST(RootKey, TheKeyOfAChunkIsTheNoteIfItIsAnOctaveOfThePitch) {
  for (const char* source : {"smpl chunk", "inst chunk", "acid chunk", "INST chunk"}) {
    const auto analysis = weighed(41, {{53, source}});
    EXPECT_EQ(analysis.note, 53);
    EXPECT_GT(analysis.noteConfidence, 0.8);
    EXPECT_NEAR(analysis.fundamentalHz, noteToHz(53), 2);
    ASSERT_FALSE(analysis.otherNotes.empty());
    EXPECT_EQ(analysis.otherNotes.front().note, 41);
    EXPECT_TRUE(tells(analysis, std::string("the ") + source + " says key 53 (F3), and 41 (F2) is heard"));
    EXPECT_TRUE(tells(analysis, "--note 41"));
  }
  EXPECT_EQ(weighed(62, {{50, "smpl chunk"}}).note, 50) << "an octave lower";
  EXPECT_EQ(weighed(38, {{62, "smpl chunk"}}).note, 62) << "two octaves higher";
}

TEST(RootKey, AKeyThatIsHeardIsNotTold) {
  const auto analysis = weighed(57, {{57, "smpl chunk"}, {57, "acid chunk"}});
  EXPECT_EQ(analysis.note, 57);
  EXPECT_TRUE(analysis.warnings.empty());
  EXPECT_GT(analysis.noteConfidence, 0.9);
}

TEST(RootKey, AKeyThatIsNoOctaveOfThePitchIsToldAndNotUsed) {
  const auto analysis = weighed(57, {{53, "inst chunk"}});
  EXPECT_EQ(analysis.note, 57);
  EXPECT_TRUE(tells(analysis, "the inst chunk says key 53 (F3), but 57 (A3) is heard and used; --note 53"));
}

TEST(RootKey, SixtyIsOftenADefault) {
  const auto octave = weighed(48, {{60, "smpl chunk"}});
  EXPECT_EQ(octave.note, 48);
  EXPECT_TRUE(tells(octave, "says key 60 (C4), but 48 (C3) is heard"));
  EXPECT_EQ(weighed(48, {{60, "smpl chunk"}}, "Pad C4").note, 60) << "the name says so too";
  EXPECT_EQ(weighed(60, {{60, "smpl chunk"}}).note, 60);
}

TEST(RootKey, ANoteInTheNameWeighsLess) {
  EXPECT_EQ(weighed(36, {}, "Sub_C3_loud").note, 48);
  EXPECT_TRUE(tells(weighed(36, {}, "Sub_C3_loud"), "the name says key 48 (C3), and 36 (C2) is heard"));
  EXPECT_EQ(weighed(60, {}, "Lead C3").note, 60) << "where C3 is 60";
  EXPECT_EQ(weighed(48, {}, "Lead C3").note, 48);
  EXPECT_EQ(weighed(36, {{36, "smpl chunk"}}, "Sub C3").note, 36) << "the chunk before the name";
  const auto other = weighed(50, {}, "Take A1");
  EXPECT_EQ(other.note, 50);
  EXPECT_TRUE(other.warnings.empty());
}

TEST(RootKey, APitchBetweenTwoKeysIsTheKeyThatTheFileSays) {
  EXPECT_EQ(weighed(52.45, {{53, "smpl chunk"}}).note, 53);
  EXPECT_EQ(weighed(52.55, {{52, "smpl chunk"}}).note, 52);
}

TEST(RootKey, WithoutPitchTheFileIsBelieved) {
  Noise noise(0.4);
  const TargetAnalysis unpitched = analyseSound(make(1, [&](double t) { return held(t, 0, 0.5) * noise(); }));
  const auto with = [&](const std::vector<RootKey>& keys, std::string_view name) {
    TargetAnalysis analysis = unpitched;
    weighRootKeys(analysis, keys, name);
    return analysis;
  };
  EXPECT_EQ(with({{38, "acid chunk"}}, "Snare E1").note, 38);
  EXPECT_TRUE(
      tells(with({{38, "acid chunk"}}, ""), "no pitch found: 38 (D2) is used, as the acid chunk says"));
  EXPECT_EQ(with({}, "Snare_D2").note, 38);
  EXPECT_EQ(with({}, "Snare").note, 60);
  EXPECT_FALSE(tells(with({}, "Snare_D2"), "C4"));
}

TEST(RootKey, FindsNotesInNames) {
  const auto notes = [](std::string_view name) { return notesInName(name); };
  using Notes = std::vector<int>;
  EXPECT_EQ(notes("Bass_C2"), Notes{36});
  EXPECT_EQ(notes("Sub Bass (C3) 01"), Notes{48});
  EXPECT_EQ(notes("pad-a#1-v127"), Notes{34});
  EXPECT_EQ(notes("Bb2 flute"), Notes{46});
  EXPECT_EQ(notes("PadF#3"), Notes{54});
  EXPECT_EQ(notes("Choir Gs4"), Notes{68});
  EXPECT_EQ(notes("tracker C-4.x"), Notes{60});
  EXPECT_EQ(notes("\xE3\x83\x99\xE3\x83\xBC\xE3\x82\xB9"
                  "C2"),
            Notes{36})
      << "behind another script";
  EXPECT_EQ(notes("Flügel D♭3"), Notes{49});
  EXPECT_EQ(notes("A1 Key C3"), (Notes{33, 48}));
  for (const char* none :
       {"Bass", "C", "ABC3", "DX10", "C34", "MP3", "Take 2", "v2", "E2E", "Cb", "", "#3", "H2"})
    EXPECT_TRUE(notes(none).empty()) << none;
}

}  // namespace
}  // namespace patchpilot
