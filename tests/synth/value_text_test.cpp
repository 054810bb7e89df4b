#include "synth/value_text.h"

#include "test_support.h"

#include <unordered_map>

namespace patchpilot {
namespace {

ParameterSpace spaceOf(const std::string& format) {
  ParameterSpace space;
  space.synthFormat = format;
  return space;
}

ParameterSpec filterType() {
  ParameterSpec spec;
  spec.kind = ParameterKind::categorical;
  spec.choices = {{"LP 12 dB", 0.25f, 1}, {"HP 12 dB", 0.75f, 1}};
  return spec;
}

TEST(ValueText, WhatAChoiceIsCalledAVst3TellsItself) {
  EXPECT_EQ(valueText(spaceOf("VST3"), filterType(), 0.75f, "N 24 dB"), "N 24 dB")
      << "the space's label is of another version";
  EXPECT_EQ(valueText(spaceOf("VST3"), filterType(), 0.005f, "Off"), "Off")
      << "and this is no choice of the space";
}

TEST(ValueText, AChoiceHasTheSpacesLabelWhereThePluginHasNoWord) {
  EXPECT_EQ(valueText(spaceOf("VST3"), filterType(), 0.75f, "0.75"), "HP 12 dB");
  EXPECT_EQ(valueText(spaceOf("VST3"), filterType(), 0.75f, ""), "HP 12 dB");
  EXPECT_EQ(valueText(spaceOf("LV2"), filterType(), 0.25f, "Low"), "LP 12 dB")
      << "an LV2's host gives numbers";
}

TEST(ValueText, WhereTheSpaceHasNoneThePluginSpeaks) {
  ParameterSpec spec;
  spec.kind = ParameterKind::continuous;
  EXPECT_EQ(valueText(spaceOf("VST3"), spec, 0.5f, "440 Hz"), "440 Hz");
  spec.display = "100 * x";
  spec.unit = "%";
  EXPECT_EQ(valueText(spaceOf("VST3"), spec, 0.5f, "440 Hz"), "50.0 %");
}

/// Every text of the space's parameters is what Surge XT displays.
void expectTextsOfThePlugin(Synth& synth, const Patch& patch, const std::string& what) {
  std::unordered_map<std::string, std::string> displayed;
  for (const auto& reading : synth.readings(patch)) displayed[reading.id] = reading.text;
  const auto texts = synth.texts(patch);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto& spec = synth.space().parameters[i];
    EXPECT_EQ(texts[i], displayed.at(spec.id)) << spec.key << " of " << what;
  }
}

TEST(ValueText, OfSurgeIsWhatItDisplays) {
  if (!SurgePlaces::installed()) GTEST_SKIP() << "Surge XT is not installed";
  const SurgePlaces places;
  Synth synth(loadSpace("surge-full"));
  for (std::uint64_t i = 0; i < 8; ++i)
    expectTextsOfThePlugin(synth, Patch::point(synth.space().draw(5, i)), "a drawn patch");
}

TEST(ValueText, OfSurgesSharedPresetsIsWhatItDisplays) {
  if (!SurgePlaces::installed()) GTEST_SKIP() << "Surge XT is not installed";
  const std::filesystem::path factory = PATCHPILOT_SOURCE_DIR "/../shared/surge/factory";
  if (!std::filesystem::exists(factory))
    GTEST_SKIP() << "../shared is not here: it comes with a developer's checkout";
  const SurgePlaces places;
  Synth synth(loadSpace("surge-full"));
  const auto paths = presetPathsUnder(factory);
  for (std::size_t i = 0; i < paths.size(); i += 100) {
    const Patch preset = patchOfPreset(readPresetFile(paths[i]), synth);
    expectTextsOfThePlugin(synth, Patch::point(synth.values(preset)), paths[i].string());
  }
}

}  // namespace
}  // namespace patchpilot
