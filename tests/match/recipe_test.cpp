#include "match/recipe.h"

#include "preset/preset_file.h"
#include "preset/surge/patch.h"
#include "preset/vstpreset.h"
#include "test_support.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

class RecipeTest : public testing::Test {
 protected:
  TestPlaces places;
};

const RecipeSetting* settingOf(const Recipe& recipe, const std::string& title, const std::string& name) {
  for (const auto& section : recipe.sections)
    for (const auto& setting : section.settings)
      if (section.title == title && setting.name == name) return &setting;
  return nullptr;
}

std::size_t settingsIn(const Recipe& recipe) {
  std::size_t count = 0;
  for (const auto& section : recipe.sections) count += section.settings.size();
  return count;
}

std::vector<std::string> titlesOf(const Recipe& recipe) {
  std::vector<std::string> titles;
  for (const auto& section : recipe.sections) titles.push_back(section.title);
  return titles;
}

TEST_F(RecipeTest, OnlyWhatDiffersIsTold) {
  Synth synth(loadSpace("jx10"));
  // All of the plug-in's own values, one changed.
  Patch patch;
  for (const auto& spec : synth.space().parameters)
    for (const auto& p : synth.parameters())
      if (p.id == spec.id) patch.values().push_back(p.defaultValue);
  ASSERT_EQ(patch.values().size(), synth.space().parameters.size());
  const auto before = recipeOf(synth, patch);
  const auto cutoff = *synth.space().find("vcf_reso");
  patch.values()[cutoff] = 0.34f;
  const auto after = recipeOf(synth, patch);
  EXPECT_EQ(settingsIn(after), settingsIn(before) + 1);
  const auto& spec = synth.space().parameters[cutoff];
  const auto* setting = settingOf(after, "Filter", spec.name);
  ASSERT_NE(setting, nullptr) << recipeText(after, "x");
  EXPECT_EQ(setting->text, "34.0 %");
  EXPECT_EQ(setting->id, spec.id);
  EXPECT_FLOAT_EQ(setting->value, 0.34f);
  EXPECT_EQ(settingOf(before, "Filter", spec.name), nullptr);
  // What the space's base sets is the plug-in's business too: a person starts from the plug-in, not the
  // space.
  EXPECT_EQ(settingsIn(before), 1u) << recipeText(before, "x");
}

TEST_F(RecipeTest, WhatAClosedGateSilencesIsSetAside) {
  Synth synth(loadSpace("jx10"));
  const ParameterSpace& space = synth.space();
  Patch patch = Patch::point(space.draw(8, 0));
  patch.values()[*space.find("gld_rate")] = 0.77f;
  patch.values()[*space.find("gld_bend")] = 0.5f;
  const Recipe closed = recipeOf(synth, patch);
  EXPECT_EQ(settingOf(closed, "Pitch glide", "Glide time"), nullptr) << recipeText(closed, "x");
  EXPECT_NE(recipeText(closed, "x").find("Without effect on this sound, and left out:"), std::string::npos)
      << recipeText(closed, "x");
  patch.values()[*space.find("gld_bend")] = 0.6f;
  const Recipe open = recipeOf(synth, patch);
  EXPECT_NE(settingOf(open, "Pitch glide", "Glide time"), nullptr) << recipeText(open, "x");
}

TEST_F(RecipeTest, AnUntouchedSynthHasNothingToSet) {
  Synth synth(loadSpace("dx10"));
  const std::string state = [&] {
    const Bytes bytes = Synth(loadSpace("dx10")).state({});
    return std::string(bytes.begin(), bytes.end());
  }();
  const Patch patch = Patch::preset({state.begin(), state.end()});
  const auto recipe = recipeOf(synth, patch);
  EXPECT_LE(settingsIn(recipe), synth.space().base.values.size()) << recipeText(recipe, "x");
}

TEST_F(RecipeTest, SectionsComeInTheOrderOfDialling) {
  Synth synth(loadSpace("jx10"));
  // Every value away from where the plug-in starts.
  Patch patch;
  for (const auto& spec : synth.space().parameters)
    for (const auto& p : synth.parameters())
      if (p.id == spec.id) patch.values().push_back(spec.nearest(p.defaultValue > 0.5f ? 0.2f : 0.8f));
  const Recipe recipe = recipeOf(synth, patch);
  const auto titles = titlesOf(recipe);
  const auto at = [&](const std::string& title) {
    return std::find(titles.begin(), titles.end(), title) - titles.begin();
  };
  const std::vector<std::string> wanted = {"Oscillators",  "Filter",          "Filter envelope",
                                           "Amp envelope", "LFO and vibrato", "Master tuning"};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_LT(at(wanted[i]), std::ptrdiff_t(titles.size())) << wanted[i];
    if (i > 0) EXPECT_LT(at(wanted[i - 1]), at(wanted[i])) << wanted[i];
  }
}

TEST_F(RecipeTest, APresetsStateIsDescribedLikeTheValuesInIt) {
  Synth synth(loadSpace("jx10"));
  const Patch values = Patch::point(synth.space().draw(8, 0));
  const Patch state = Patch::preset(synth.state(values));
  EXPECT_EQ(recipeText(recipeOf(synth, state), "x"), recipeText(recipeOf(synth, values), "x"));
}

TEST_F(RecipeTest, ABasePresetIsWhatOneStartsFrom) {
  TemporaryFolder folder;
  Synth plain(loadSpace("jx10"));
  const Patch base = Patch::point(plain.space().draw(3, 0));
  SynthOptions options;
  options.baseState = plain.state(base);
  options.ownBase = true;
  ParameterSpace space = loadSpace("jx10");
  space.base.values.clear();
  Synth synth(space, options);
  const Recipe same = recipeOf(synth, base);
  EXPECT_TRUE(same.fromBasePreset);
  EXPECT_EQ(settingsIn(same), 0u) << recipeText(same, "x");
  Patch other = base;
  other.values()[*space.find("vcf_reso")] = base.values()[*space.find("vcf_reso")] > 0.5f ? 0.1f : 0.9f;
  EXPECT_EQ(settingsIn(recipeOf(synth, other)), 1u);
}

TEST_F(RecipeTest, AVst3SpeaksForItselfOfAState) {
  Synth synth(parseSpace(testSynthSpace("[base.values]\n"), "test.toml"));
  Patch values = Patch::point(std::vector<float>(synth.space().parameters.size(), 0.0f));
  values.values()[*synth.space().find("attack")] = 0.5f;
  const Patch state = Patch::preset(synth.state(values));
  const Recipe recipe = recipeOf(synth, state);
  bool found = false;
  for (const auto& section : recipe.sections)
    for (const auto& setting : section.settings)
      if (setting.id == "740224584") {
        found = true;
        EXPECT_EQ(setting.name, "Attack") << "the plug-in's name, not the space's key";
        EXPECT_NE(setting.text.find(" s"), std::string::npos) << setting.text;
      }
  EXPECT_TRUE(found);
}

TEST(RecipeOfSurge, TellsWavetablesAndHowFarModulationGoes) {
  if (!SurgePlaces::installed()) GTEST_SKIP() << "Surge XT is not installed";
  const SurgePlaces places;
  Synth synth(loadSpace("surge-full"));
  SurgePatch patch = emptySurgePatch();
  setSurgeValue(patch, {"a_osc1_type", {{"type", "0"}, {"value", "2"}}});
  setSurgeValue(patch, {"a_osc2_pitch", {{"type", "2"}, {"value", "0"}, {"extend_range", "1"}}});
  for (const SurgeRouting& routing :
       {SurgeRouting{.element = "a_filter1_cutoff", .source = 17, .depth = 24},
        SurgeRouting{.element = "a_filter1_resonance", .source = 18, .depth = 0.35},
        SurgeRouting{.element = "a_osc2_pitch", .source = 19, .depth = -0.5}}) {
    setSurgeValue(patch, {routing.element, {}});
    setSurgeRouting(patch, routing);
  }
  patch.xml.insert(patch.xml.find("</patch>"),
                   "<extraoscdata><osc_extra_sc0_osc0 osc=\"0\" scene=\"0\" wavetable_display_name=\"Bell "
                   "&amp; Saw\" /></extraoscdata>");
  VstPreset preset;
  preset.classId = synth.space().synthId;
  preset.componentState = applySurgeBase(serializeSurgePatch(patch), {}, {});
  const Recipe recipe = recipeOf(synth, Patch::preset(serializeVstPreset(preset)));
  const std::string text = recipeText(recipe, "x");
  EXPECT_NE(text.find("Oscillator 1: Wavetable, wavetable \"Bell & Saw\""), std::string::npos) << text;
  EXPECT_NE(text.find("LFO 1 to filter 1 cutoff by 24 semitones"), std::string::npos) << text;
  EXPECT_NE(text.find("LFO 2 to filter 1 resonance by 35 %"), std::string::npos) << text;
  EXPECT_NE(text.find("LFO 3 to osc 2 pitch by -6 semitones"), std::string::npos) << text;
}

/// A preset of Surge XT with these elements and routings in it.
Patch surgePreset(const Synth& synth, const std::vector<SurgeRawValue>& values,
                  const std::vector<SurgeRouting>& routings) {
  VstPreset preset;
  preset.classId = synth.space().synthId;
  preset.componentState = applySurgeBase({}, routings, values);
  return Patch::preset(serializeVstPreset(preset));
}

TEST(RecipeOfSurge, TellsWhatModulationMovesByTheTypesThatThePatchHas) {
  if (!SurgePlaces::installed()) GTEST_SKIP() << "Surge XT is not installed";
  const SurgePlaces places;
  Synth synth(loadSpace("surge-full"));
  const auto type = [](const char* element, const char* number) {
    return SurgeRawValue{element, {{"type", "0"}, {"value", number}}};
  };
  const auto value = [](const char* element, const char* number) {
    return SurgeRawValue{element, {{"type", "2"}, {"value", number}}};
  };
  const Patch patch = surgePreset(synth,
                                  {type("a_osc1_type", "0"), type("a_osc2_type", "6"), type("fx1_type", "1"),
                                   type("fx2_type", "0"), value("a_level_o1", "1"), value("fx1_p2", "0.5")},
                                  {{.element = "a_osc1_param0", .source = 17, .depth = 0.35},
                                   {.element = "a_osc2_param0", .source = 17, .depth = 0.35},
                                   {.element = "a_level_o1", .source = 18, .depth = -0.5},
                                   {.element = "fx1_p2", .source = 7, .depth = 0.25},
                                   {.element = "fx2_p0", .source = 7, .depth = 0.25},
                                   {.element = "a_lfo6_rate", .source = 6, .depth = 1}});
  const std::string text = recipeText(recipeOf(synth, patch), "x");
  EXPECT_NE(text.find("LFO 1 to osc 1 shape by 35 %"), std::string::npos) << text;
  EXPECT_EQ(text.find("osc 2 shape"), std::string::npos) << "another type has other parameters: " << text;
  EXPECT_NE(text.find("LFO 1 to osc 2 M1 amount by "), std::string::npos) << text;
  EXPECT_NE(text.find("LFO 2 to osc 1 volume from 0.00 dB to -18.00 dB"), std::string::npos) << text;
  EXPECT_NE(text.find("acro 1 to effect A1 feedback/EQ - feedback by 25 %"), std::string::npos) << text;
  EXPECT_EQ(text.find("param"), std::string::npos) << text;
  EXPECT_EQ(text.find("to effect A2"), std::string::npos) << "what is off has nothing to move: " << text;
  EXPECT_NE(text.find("mod wheel to scene LFO 1 rate by a factor of 2"), std::string::npos) << text;
}

TEST(RecipeOfSurge, SharedEveryRoutingOfTheFactoryHasANameAndAUnit) {
  if (!SurgePlaces::installed()) GTEST_SKIP() << "Surge XT is not installed";
  const fs::path factory = PATCHPILOT_SOURCE_DIR "/../shared/surge/factory";
  if (!fs::exists(factory)) GTEST_SKIP() << "../shared is not here: it comes with a developer's checkout";
  const SurgePlaces places;
  Synth synth(loadSpace("surge-full"));
  const auto paths = presetPathsUnder(factory);
  std::size_t told = 0;
  for (std::size_t i = 0; i < paths.size(); i += 50) {
    const Recipe recipe = recipeOf(synth, patchOfPreset(readPresetFile(paths[i]), synth));
    for (const auto& section : recipe.sections)
      for (const auto& setting : section.settings) {
        if (section.title != "Modulation") continue;
        ++told;
        EXPECT_EQ(setting.name.find("aram "), std::string::npos) << paths[i] << ": " << setting.name;
        EXPECT_EQ(setting.name.find('_'), std::string::npos) << paths[i] << ": " << setting.name;
        EXPECT_NE(setting.text.find_first_not_of("by -+.0123456789"), std::string::npos)
            << paths[i] << ": " << setting.name << " " << setting.text;
      }
  }
  EXPECT_GT(told, 50u);
}

TEST_F(RecipeTest, TextIsWrappedAndSaysTheTypeByItsValue) {
  Recipe recipe;
  recipe.synth = "Example 1.0";
  recipe.sections = {{"Filter 1",
                      {{"1", "Type", "LP 24 dB", "Off", 0},
                       {"2", "Cutoff", "1.2 kHz", "523 Hz", 0},
                       {"3", "Resonance", "34 %", "0 %", 0},
                       {"4", "FEG Mod Amount", "12 semitones", "0", 0}}},
                     {"LFO 1", {}}};
  for (int i = 0; i < 30; ++i)
    recipe.sections[1].settings.push_back({"5", fmt::format("Setting {}", i), "1", "0", 0});
  const std::string text = recipeText(recipe, "bass 1");
  EXPECT_NE(text.find("bass 1, for Example 1.0\n"), std::string::npos);
  EXPECT_NE(text.find("\nFilter 1: LP 24 dB, cutoff 1.2 kHz, resonance 34 %, FEG mod amount 12 semitones\n"),
            std::string::npos)
      << text;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
  recipe.sections.clear();
  EXPECT_NE(recipeText(recipe, "x").find("Nothing differs"), std::string::npos);
}

TEST_F(RecipeTest, WhatDoesNothingIsSetAside) {
  Recipe recipe;
  recipe.sections = {{"Filter 1", {{"1", "Cutoff", "1.2 kHz", "523 Hz", 0}}},
                     {"LFO 3 to filter 1 cutoff", {{"2", "Rate", "1 Hz", "2 Hz", 0}}}};
  setAside(recipe, {"2", "7"});
  ASSERT_EQ(recipe.sections.size(), 1u);
  EXPECT_EQ(recipe.withoutEffect, std::vector<std::string>{"LFO 3 rate"});
  EXPECT_NE(recipeText(recipe, "x").find("Without effect on this sound, and left out: LFO 3 rate\n"),
            std::string::npos)
      << recipeText(recipe, "x");
  EXPECT_EQ(toJson(recipe).at("without_effect").size(), 1u);
}

TEST_F(RecipeTest, JsonHoldsTheSame) {
  Recipe recipe{
      "S",
      true,
      {{"Modulation", {{"", "LFO 1 to cutoff", "by 3", "", 0}, {"7", "Depth", "50 %", "0 %", 0.5f}}}}};
  const auto json = toJson(recipe);
  EXPECT_EQ(json.at("from"), "base preset");
  const auto& settings = json.at("sections").at(0).at("settings");
  EXPECT_FALSE(settings.at(0).contains("id"));
  EXPECT_EQ(settings.at(1).at("usual"), "0 %");
  EXPECT_EQ(settings.at(1).at("value"), 0.5f);
}

}  // namespace
}  // namespace patchpilot
