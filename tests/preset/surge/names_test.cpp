#include "preset/surge/names.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(SurgeNames, DepthsHaveTheUnitOfTheirParameter) {
  SurgePatch patch;
  patch.xml =
      "<patch><parameters><a_osc1_pitch extend_range=\"1\" /><a_osc2_pitch extend_range=\"0\" />"
      "<a_osc3_pitch absolute=\"1\" /><b_feedback extend_range=\"1\" /></parameters></patch>";
  const auto told = [&](const char* element, double depth) {
    return surgeDepthText(patch, {.element = element, .depth = depth});
  };
  EXPECT_EQ(told("a_filter1_cutoff", 24), "24 semitones");
  EXPECT_EQ(told("a_filter2_resonance", -0.354), "-35.4 %");
  EXPECT_EQ(told("a_osc1_pitch", 0.5), "6 semitones") << "an extended range is twelve times as wide";
  EXPECT_EQ(told("a_osc2_pitch", 0.5), "0.5 semitones");
  EXPECT_EQ(told("a_osc3_pitch", 0.5), std::nullopt) << "an absolute pitch is in hertz";
  EXPECT_EQ(told("b_feedback", 0.1), "40 %");
  EXPECT_EQ(told("b_env1_attack", -2), "a factor of 0.25");
  EXPECT_EQ(told("a_lfo11_rate", 1), "a factor of 2");
  EXPECT_EQ(told("volume", 3), "3 dB");
  for (const char* level :
       {"a_volume", "a_level_o2", "a_level_noise", "b_level_ring12", "a_send_fx_1", "volume_FX3"})
    EXPECT_EQ(told(level, 0.5), std::nullopt) << level << " is an amplitude, and shown in dB";
  EXPECT_EQ(told("a_osc1_param3", 0.35), std::nullopt) << "its unit depends on the oscillator's type";
  EXPECT_EQ(told("no_such_thing", 2), std::nullopt);
}

TEST(SurgeNames, ModulatorsAndParametersHaveNames) {
  EXPECT_EQ(surgeSourceName(1), "Velocity");
  EXPECT_EQ(surgeSourceName(7), "Macro 1");
  EXPECT_EQ(surgeSourceName(16), "Filter envelope");
  EXPECT_EQ(surgeSourceName(17), "LFO 1");
  EXPECT_EQ(surgeSourceName(28), "Scene LFO 6");
  EXPECT_EQ(surgeSourceName(40), "Latest key");
  for (const int none : {-1, 0, 41, 1 << 30}) EXPECT_EQ(surgeSourceName(none), "") << none;
  EXPECT_EQ(surgeElementName("a_filter1_cutoff"), "Filter 1 Cutoff");
  EXPECT_EQ(surgeElementName("b_lfo0_rate"), "LFO 1 Rate");
  EXPECT_EQ(surgeElementName("b_lfo5_deform"), "LFO 6 Deform");
  EXPECT_EQ(surgeElementName("a_lfo6_rate"), "Scene LFO 1 Rate");
  EXPECT_EQ(surgeElementName("a_lfo11_magnitude"), "Scene LFO 6 Amplitude");
  EXPECT_EQ(surgeElementName("a_env1_attack"), "Amp EG Attack");
  EXPECT_EQ(surgeElementName("a_env2_release"), "Filter EG Release");
  EXPECT_EQ(surgeElementName("a_level_o3"), "Osc 3 Volume");
  EXPECT_EQ(surgeElementName("a_level_ring23"), "Ring Modulation 2x3 Volume");
  EXPECT_EQ(surgeElementName("a_pan"), "Pan");
  EXPECT_EQ(surgeElementName("a_pan2"), "Width");
  EXPECT_EQ(surgeElementName("volume"), "Global Volume");
  EXPECT_EQ(surgeElementName("a_volume"), "Volume");
  EXPECT_EQ(surgeElementName("volume_FX2"), "Send FX 2 Return");
  for (const char* none : {"", "_", "3", "no_such_thing", "a_osc1_param0", "fx3_p10", "rate", "lfo12_rate",
                           "lfo99999999999999999_rate"})
    EXPECT_EQ(surgeElementName(none), "") << none;
}

TEST(SurgeNames, ParametersOfOscillatorsAndEffectsAreKnownByTheirSlots) {
  const auto oscillator = surgeSlotParameter("b_osc3_param6"), effect = surgeSlotParameter("fx16_p11");
  ASSERT_TRUE(oscillator && effect);
  EXPECT_FALSE(oscillator->ofEffect);
  EXPECT_EQ(oscillator->slot, 3);
  EXPECT_EQ(oscillator->index, 6);
  EXPECT_TRUE(effect->ofEffect);
  EXPECT_EQ(effect->slot, 16);
  EXPECT_EQ(effect->index, 11);
  for (const char* other :
       {"", "a_osc1_pitch", "fx1_type", "a_level_ring12", "osc_param", "fx99999999999999_p"})
    EXPECT_FALSE(surgeSlotParameter(other)) << other;
}

}  // namespace
}  // namespace patchpilot
