#include "preset/surge/dialect.h"

#include "base/error.h"
#include "preset/surge/patch.h"
#include "preset/vstpreset.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

constexpr const char* kClassId = "ABCDEF019182FAEB566D624153675854";

SurgePatch patchIn(const Bytes& state) { return parseSurgePatch(parseVstPreset(state).componentState); }

TEST(SurgeDialect, MakesABaseFromRowsOfText) {
  StateContent content;
  content.modulations = {{{"element", "a_pitch"}, {"source", "22"}, {"depth", "-0.5"}, {"muted", "1"}},
                         {{"element", "volume"}, {"source", "17"}, {"source_scene", "1"}}};
  content.raw = {{{"element", "a_osc1_type"}, {"type", "0"}, {"value", "2"}}};
  const auto state = surgeDialect().baseState(kClassId, content);
  ASSERT_TRUE(state);
  EXPECT_EQ(parseVstPreset(*state).classId, kClassId);
  const SurgePatch patch = patchIn(*state);
  EXPECT_EQ(surgeValue(patch, "a_osc1_type"), "2");
  const auto routings = surgeRoutings(patch);
  ASSERT_EQ(routings.size(), 2u);
  EXPECT_EQ(routings[0].element, "a_pitch");
  EXPECT_EQ(routings[0].source, 22);
  EXPECT_EQ(routings[0].depth, -0.5);
  EXPECT_TRUE(routings[0].muted);
  EXPECT_FALSE(routings[0].sourceScene);
  EXPECT_EQ(routings[1].sourceScene, 1);
}

TEST(SurgeDialect, KeepsTheLabelInsideTheState) {
  const Bytes state = *surgeDialect().baseState(kClassId, {});
  const Bytes labelled = surgeDialect().withLabel(state, {"Name", "Pads", "Me", ""});
  const PresetLabel label = surgeDialect().label(parseVstPreset(labelled).componentState);
  EXPECT_EQ(label.name, "Name");
  EXPECT_EQ(label.category, "Pads");
  EXPECT_EQ(label.author, "Me");
  EXPECT_EQ(surgeDialect().audibleContent(parseVstPreset(labelled).componentState),
            surgeDialect().audibleContent(parseVstPreset(state).componentState));
  EXPECT_EQ(surgeDialect().withLabel(labelled, surgeDialect().label(parseVstPreset(state).componentState)),
            state);
}

TEST(SurgeDialect, PutsThePartOfOneStateIntoAnother) {
  const auto withCutoff = [](const char* value) {
    StateContent content;
    content.raw = {{{"element", "scenemode"}, {"value", "0"}},
                   {{"element", "a_filter1_cutoff"}, {"value", value}},
                   {{"element", "a_env1_attack"}, {"value", value}}};
    return *surgeDialect().baseState(kClassId, content);
  };
  const auto crossed = surgeDialect().withPart(withCutoff("1"), withCutoff("2"), "filters");
  ASSERT_TRUE(crossed);
  EXPECT_EQ(surgeValue(patchIn(*crossed), "a_filter1_cutoff"), "2");
  EXPECT_EQ(surgeValue(patchIn(*crossed), "a_env1_attack"), "1");
  EXPECT_FALSE(surgeDialect().withPart(withCutoff("1"), withCutoff("2"), "no such part"));
}

TEST(SurgeDialect, KnowsTheRevisionOfAState) {
  EXPECT_TRUE(surgeDialect().hasRevisions());
  EXPECT_EQ(surgeDialect().revision(*surgeDialect().baseState(kClassId, {})), 24);
}

TEST(SurgeDialect, RefusesAChunkThatIsNoPatch) {
  const Bytes chunk = serializeSurgePatch(emptySurgePatch());
  EXPECT_EQ(serializeSurgePatch(parseSurgePatch(surgeDialect().componentState(chunk))), chunk);
  EXPECT_THROW(surgeDialect().componentState({1, 2, 3}), Error);
}

TEST(SurgeDialect, TheSecondSceneIsSilentInASingleSceneMode) {
  const ParameterReading b{"1", "B Filter 1 Cutoff", 0.5f, "440 Hz"},
      a{"2", "A Filter 1 Cutoff", 0.5f, "440 Hz"};
  const ParameterReading single{"3", "Scene Mode", 0, "Single"}, split{"3", "Scene Mode", 0.5f, "Key Split"};
  const ParameterReading first{"4", "Active Scene", 0, "Scene A"}, second{"4", "Active Scene", 1, "Scene B"};
  EXPECT_TRUE(surgeDialect().isSilent(b, {single, first, a, b}));
  EXPECT_FALSE(surgeDialect().isSilent(a, {single, first, a, b}));
  EXPECT_FALSE(surgeDialect().isSilent(b, {single, second, a, b}));
  EXPECT_FALSE(surgeDialect().isSilent(b, {split, first, a, b}));
  EXPECT_FALSE(surgeDialect().isSilent(b, {a, b})) << "not known";
}

/// A plug-in with the parameters that the tests ask about.
class FakePlugin : public PatchInPlugin {
 public:
  explicit FakePlugin(SurgePatch patch) : patch_(std::move(patch)) {
    for (const char* name : {"Scene Mode", "Active Scene", "A Osc 1 Type", "A Osc 1 Octave", "A Osc 1 Pitch",
                             "A Osc 1 Shape", "A Osc 1 Sync", "A Osc 1 Volume", "A Filter 1 Cutoff",
                             "FX A1 FX Type", "FX A1 Delay - Left", "FX A2 FX Type", "FX A2 Param 1"})
      readings_.push_back({std::to_string(readings_.size()), name, 0.5f, textAt(name, 0.5f)});
    readings_[0].text = "Single";
    readings_[1].value = 0;
  }

  const std::vector<ParameterReading>& readings() override { return readings_; }

  Bytes stateWith(const std::vector<ParameterValue>& values) override {
    SurgePatch patch = patch_;
    for (const auto& value : values) {
      const std::string& name = nameOf(value.id);
      const char* const element = name == "A Osc 1 Shape"    ? "a_osc1_param0"
                                  : name == "A Osc 1 Sync"   ? "a_osc1_param1"
                                  : name == "A Osc 1 Volume" ? "a_level_o1"
                                                             : "fx1_p0";
      setSurgeValue(patch, {element, {{"value", std::to_string(2 * value.value - 1)}}});
    }
    VstPreset preset;
    preset.classId = kClassId;
    preset.componentState = applySurgeBase(serializeSurgePatch(patch), {}, {});
    return serializeVstPreset(preset);
  }

  std::vector<std::string> textsOf(const std::vector<ParameterValue>& values) override {
    std::vector<std::string> texts;
    for (const auto& value : values) texts.push_back(textAt(nameOf(value.id), value.value));
    return texts;
  }

 private:
  const std::string& nameOf(const std::string& id) const { return readings_[std::stoul(id)].name; }

  static std::string textAt(const std::string& name, float value) {
    if (name == "A Osc 1 Sync") return "same";
    if (name == "A Osc 1 Volume") return value == 0.5f ? "-6.00 dB" : value > 0.5f ? "0.00 dB" : "-inf dB";
    if (name == "FX A2 Param 1") return "-";
    return std::to_string(200 * value - 100) + " %";
  }

  SurgePatch patch_;
  std::vector<ParameterReading> readings_;
};

SurgePatch patchWith(const std::vector<SurgeRouting>& routings) {
  return parseSurgePatch(applySurgeBase({}, routings, {}));
}

TEST(SurgeDialect, PutsRoutingsIntoWords) {
  FakePlugin plugin(patchWith({{.element = "a_filter1_cutoff", .source = 17, .depth = 24},
                               {.element = "a_osc1_param0", .source = 18, .depth = 0.5},
                               {.element = "a_osc1_param1", .source = 18, .depth = 0.5},
                               {.element = "a_level_o1", .source = 6, .depth = 1},
                               {.element = "fx1_p0", .source = 7, .depth = -0.5},
                               {.element = "fx2_p0", .source = 7, .depth = 0.5},
                               {.element = "b_filter1_cutoff", .source = 17, .depth = 12},
                               {.element = "a_pan", .source = 17, .depth = 0.5, .muted = true},
                               {.element = "a_drift", .source = 17, .depth = 0},
                               {.element = "a_drift", .source = 99, .depth = 1}}));
  const StateWords words = surgeDialect().words(plugin);
  std::vector<std::string> told;
  for (const auto& [source, destination, depth] : words.routings)
    told.push_back(source + " to " + destination + " " + depth);
  // The patch's order is that of its elements.
  EXPECT_EQ(told, (std::vector<std::string>{"LFO 1 to Filter 1 Cutoff by 24 semitones",
                                            "LFO 2 to Osc 1 Shape by 50 %",
                                            "LFO 2 to Osc 1 Sync by 25 % of its range",
                                            "Mod wheel to Osc 1 Volume from -6.00 dB to 0.00 dB",
                                            "Macro 1 to Effect A1 Delay - Left by -50 %"}));
  EXPECT_TRUE(words.contents.empty());
}

TEST(SurgeDialect, NamesTheWavetablesOfTheScenesThatPlay) {
  SurgePatch patch = patchWith({{.element = "b_filter1_cutoff", .source = 17, .depth = 12}});
  patch.xml.insert(patch.xml.find("</patch>"),
                   "<extraoscdata><x scene=\"0\" osc=\"1\" wavetable_display_name=\"Bell &amp; Saw\" />"
                   "<x scene=\"1\" osc=\"0\" wavetable_display_name=\"Other\" /></extraoscdata>");
  FakePlugin single(patch);
  const StateWords one = surgeDialect().words(single);
  ASSERT_EQ(one.contents.size(), 1u);
  EXPECT_EQ(one.contents[0].parameter, "A Osc 2 Wavetable");
  EXPECT_EQ(one.contents[0].text, "Bell & Saw");
  EXPECT_TRUE(one.routings.empty());
}

}  // namespace
}  // namespace patchpilot
