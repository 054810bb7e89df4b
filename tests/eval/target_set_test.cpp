#include "eval/target_set.h"

#include "audio/file.h"
#include "base/error.h"
#include "test_support.h"

#include <nlohmann/json.hpp>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void sound(const fs::path& file, float level = 0.5f) {
  AudioBuffer buffer(2, 4410);
  for (std::size_t i = 0; i < buffer.samples().size(); ++i)
    buffer.samples()[i] = i % 20 < 10 ? level : -level;
  writeWav(file, buffer);
}

json entry(const std::string& name, const std::string& kind = "a") {
  return {{"name", name}, {"kind", kind}, {"note", 60}, {"velocity", 90}, {"note_off_s", 1.5}};
}

class TargetSets : public ::testing::Test {
 protected:
  void write(const json& list) { writeFileAtomically(folder_ / kTargetList, list.dump()); }

  std::string refusal(const std::vector<std::string>& kinds = {}) {
    try {
      readTargetSet(folder_.path(), kinds);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      return error.what();
    }
    return "read";
  }

  TemporaryFolder folder_;
};

TEST_F(TargetSets, AreReadInTheFormOfThePublishedOnes) {
  sound(folder_ / "one.wav");
  sound(folder_ / "two.wav");
  json two = entry("two", "b");
  two["params"] = {{"cutoff", 0.25}};
  two["exclude"] = {"00ff"};
  write({entry("one"), two});
  const TargetSet set = readTargetSet(folder_.path());
  ASSERT_EQ(set.entries.size(), 2u);
  EXPECT_EQ(set.entries[0].file, folder_ / "one.wav");
  EXPECT_EQ(set.entries[0].velocity, 90);
  EXPECT_DOUBLE_EQ(set.entries[0].lengthSeconds, 1.5);
  EXPECT_FLOAT_EQ(set.entries[1].parameters.at("cutoff"), 0.25f);
  EXPECT_EQ(set.entries[1].excluded, std::vector<std::string>{"00ff"});
  const TargetSet only = readTargetSet(folder_.path(), {"b"});
  ASSERT_EQ(only.entries.size(), 1u);
  EXPECT_EQ(only.entries[0].name, "two");
  EXPECT_NE(only.fingerprint, set.fingerprint);
}

TEST_F(TargetSets, KnowTheirTempo) {
  for (const char* name : {"one", "two"}) sound(folder_ / (std::string(name) + ".wav"));
  json two = entry("two");
  two["bpm"] = 93.5;
  write({entry("one"), two});
  const TargetSet set = readTargetSet(folder_.path());
  EXPECT_EQ(set.entries[0].tempoBpm, 120);
  EXPECT_EQ(set.entries[1].tempoBpm, 93.5);
  writeTargetList(folder_.path(), set.entries, {{}, {}});
  const json written = json::parse(readTextFile(folder_ / kTargetList));
  EXPECT_FALSE(written[0].contains("bpm"));
  EXPECT_EQ(written[1].at("bpm"), 93.5);
  two["bpm"] = 0;
  write(json::array({two}));
  EXPECT_NE(refusal().find("bpm of target 'two' is 0; it must lie from 10 to 999"), std::string::npos)
      << refusal();
}

TEST_F(TargetSets, SayWhenTheNoteBeginsIfItDoesNotBeginWithTheSound) {
  sound(folder_ / "one.wav");
  sound(folder_ / "two.wav");
  json late = entry("two");
  late["note_on_s"] = 1.25;
  write({entry("one"), late});
  const TargetSet set = readTargetSet(folder_.path());
  EXPECT_EQ(set.entries[0].onsetSeconds, 0);
  EXPECT_DOUBLE_EQ(set.entries[1].onsetSeconds, 1.25);
  EXPECT_DOUBLE_EQ(set.entries[1].lengthSeconds, 1.5);
  EXPECT_DOUBLE_EQ(set.entries[1].played().lengthSeconds, 0.25);
  writeTargetList(folder_.path(), set.entries, {{}, {}});
  EXPECT_DOUBLE_EQ(readTargetSet(folder_.path()).entries[1].onsetSeconds, 1.25);
  late["note_on_s"] = 1.5;
  write(json::array({late}));
  EXPECT_NE(refusal().find("note_on_s of target 'two' is 1.5"), std::string::npos);
}

TEST_F(TargetSets, KnowWhenASoundHasChanged) {
  sound(folder_ / "one.wav");
  write(json::array({entry("one")}));
  const std::string before = readTargetSet(folder_.path()).fingerprint;
  EXPECT_EQ(readTargetSet(folder_.path()).fingerprint, before);
  sound(folder_ / "one.wav", 0.25f);
  EXPECT_NE(readTargetSet(folder_.path()).fingerprint, before);
}

TEST_F(TargetSets, SayWhatIsWrongWithThem) {
  EXPECT_NE(refusal().find("holds no targets.json"), std::string::npos);
  writeFileAtomically(folder_ / kTargetList, std::string_view("{ not json"));
  EXPECT_NE(refusal().find("is no JSON"), std::string::npos);
  write(json::object());
  EXPECT_NE(refusal().find("is no list of targets"), std::string::npos);
  write(json::array({entry("one")}));
  EXPECT_NE(refusal().find("target 'one' has no sound"), std::string::npos);
  sound(folder_ / "one.wav");
  write(json::array({entry("one"), entry("one")}));
  EXPECT_NE(refusal().find("two targets are named 'one'"), std::string::npos);
  write(json::array({entry("one")}));
  EXPECT_NE(refusal({"z"}).find("there are: a"), std::string::npos);
  json wrong = entry("one");
  wrong["note"] = 200;
  write(json::array({wrong}));
  EXPECT_NE(refusal().find("note of target 'one' is 200"), std::string::npos);
  wrong = entry("one");
  wrong.erase("note_off_s");
  write(json::array({wrong}));
  EXPECT_NE(refusal().find("entry 0 is no target"), std::string::npos);
  write(json::array({entry("../one")}));
  EXPECT_NE(refusal().find("'../one' is no name"), std::string::npos);
  wrong = entry("one");
  wrong["file"] = "../../secret.wav";
  write(json::array({wrong}));
  EXPECT_NE(refusal().find("lies outside the set's folder"), std::string::npos);
}

}  // namespace
}  // namespace patchpilot
