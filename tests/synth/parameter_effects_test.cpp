#include "synth/parameter_effects.h"

#include "tiny_lv2.h"

namespace patchpilot {
namespace {

using Effects = std::map<std::string, ParameterEffect>;

TEST(ParameterEffects, AreFoundByListeningWhateverTheNames) {
  const OwnPlaces places;
  const TinyBundle bundle;
  bundle.write(places.plugins() / "tone");
  const PluginInfo plugin = findPlugin("LV2", bundle.uri(), bundle.name());
  const auto parameters = probeParameters(plugin);
  const std::string first = firstSpace(plugin, parameters, "tone");
  const ParameterSpace before = parseSpace(first, "tone.toml");
  EXPECT_EQ(before.parameters.size(), 6u) << "no name says that it is no sound";
  double share = 0;
  const Effects effects = parameterEffects(Synth(before), [&](double done) { share = done; });
  const Effects wanted = {{"p1", ParameterEffect::mutes},   {"p2", ParameterEffect::retunes},
                          {"p3", ParameterEffect::nothing}, {"p4", ParameterEffect::levels},
                          {"p5", ParameterEffect::changes}, {"p6", ParameterEffect::mutes}};
  EXPECT_EQ(effects, wanted);
  EXPECT_EQ(share, 1);

  const std::string text = firstSpace(plugin, parameters, "tone", effects);
  const ParameterSpace after = parseSpace(text, "tone.toml");
  ASSERT_EQ(after.parameters.size(), 1u);
  EXPECT_EQ(after.parameters[0].key, "p5");
  EXPECT_NE(text.find("only retunes the sound"), std::string::npos)
      << "the reason stands beside what is held";
}

TEST(ParameterEffects, OfASynthThatIsSilentAreUnknown) {
  const OwnPlaces places;
  TinyBundle{"deaf"}.write(places.plugins() / "deaf");
  const PluginInfo plugin = scanPlugins().plugins.front();
  EXPECT_TRUE(parameterEffects(Synth(parseSpace(firstSpace(plugin, {}, "deaf"), "deaf.toml"))).empty());
}

TEST(ParameterEffects, OfJx10AreMostlyChanges) {
  const TestPlaces places;
  const Effects effects = parameterEffects(Synth(loadSpace("jx10")));
  EXPECT_EQ(effects.size(), loadSpace("jx10").parameters.size());
  for (const char* key : {"vcf_freq", "vcf_reso", "osc_mix", "noise", "env_attack"})
    if (effects.contains(key)) {
      EXPECT_EQ(effects.at(key), ParameterEffect::changes) << key;
    }
}

/// Names of other synths' parameters, and whether a first space searches them.
TEST(FirstSpace, LeavesAloneWhatIsNoSoundByItsName) {
  const PluginInfo plugin{"S", "V", "1", "VST3", "0123456789ABCDEF0123456789ABCDEF", "/s.vst3", 0};
  const auto searched = [&](const std::string& name) {
    PluginParameter parameter;
    parameter.id = "7";
    parameter.name = name;
    return !parseSpace(firstSpace(plugin, {parameter}, "s"), "s.toml").parameters.empty();
  };
  for (const char* name : {"DEF1 Channel",
                           "Channel",
                           "MIDI Ch.",
                           "Tuning Reference Pitch",
                           "Tuning Reference Note",
                           "Tuning Enabled",
                           "Reference Pitch (A4)",
                           "Concert Pitch",
                           "A4",
                           "Master Tune",
                           "Master Tuning",
                           "Global Tuning",
                           "Output Level",
                           "Output Gain",
                           "Master Volume",
                           "Main Level",
                           "Bypass",
                           "Soft Bypass",
                           "Quality",
                           "Render Quality",
                           "Oversampling",
                           "Polyphony",
                           "Max Voices",
                           "Voices",
                           "Panic",
                           "MPE",
                           "MPE Enabled",
                           "Pitch Bend Range",
                           "Program",
                           "Microtuning",
                           "Transpose"})
    EXPECT_FALSE(searched(name)) << name;
  for (const char* name : {"Cutoff", "Osc 1 Tune", "Osc 2 Fine Tune", "Detune", "Unison Voices", "LFO Rate",
                           "Osc 1 Volume", "Noise Level", "Decay", "DCO1 Balance", "Chorus Depth"})
    EXPECT_TRUE(searched(name)) << name;
}

}  // namespace
}  // namespace patchpilot
