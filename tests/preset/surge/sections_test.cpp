#include "preset/surge/sections.h"

#include "base/error.h"
#include "preset/preset_hash.h"
#include "preset/shared_material.h"

#include <map>
#include <set>

namespace patchpilot {
namespace {

constexpr SurgeSection kSections[] = {SurgeSection::oscillators, SurgeSection::filters,
                                      SurgeSection::envelopes, SurgeSection::modulation,
                                      SurgeSection::effects};

/// A patch whose every value tells which patch and scene it is from: "1.0" for scene A of patch 1.
SurgePatch numbered(int number, int scenemode = 0, int active = 0) {
  const auto scene = [&](char s) {
    std::string text;
    for (const char* name :
         {"osc1_type", "level_o1", "filter1_cutoff", "env1_attack", "lfo0_rate", "send_fx_1", "volume"})
      text += fmt::format("<{}_{} type=\"2\" value=\"{}.{}\">{}</{}_{}>", s, name, number, s - 'a',
                          std::string(name) == "filter1_cutoff"
                              ? fmt::format("<modrouting source=\"{}\" depth=\"1\" />", 10 * number + s - 'a')
                              : "",
                          s, name);
    return text;
  };
  SurgePatch patch;
  patch.xml = fmt::format(
      "<?xml version=\"1.0\"?><patch revision=\"22\"><meta name=\"{0}\" /><parameters>"
      "<scene_active type=\"0\" value=\"{2}\" /><scenemode type=\"0\" value=\"{1}\" /><fx1_type type=\"0\" "
      "value=\"{0}\" />{3}{4}</parameters>"
      "<extraoscdata><osc_extra_sc0_osc0 scene=\"0\" osc=\"0\" extra_n=\"{0}0\" /><osc_extra_sc1_osc0 "
      "scene=\"1\" osc=\"0\" extra_n=\"{0}1\" /></extraoscdata>"
      "<stepsequences><sequence scene=\"0\" i=\"0\" s0=\"{0}.0\" /><sequence scene=\"1\" i=\"0\" "
      "s0=\"{0}.1\" /></stepsequences>"
      "<customcontroller><entry i=\"0\" v=\"{0}\" /></customcontroller></patch>",
      number, scenemode, active, scene('a'), scene('b'));
  for (std::size_t i = 0; i < 6; ++i) {
    patch.wavetableBytes[i] = std::uint32_t(number);
    patch.tail.insert(patch.tail.end(), std::size_t(number), std::uint8_t(10 * number + int(i)));
  }
  return patch;
}

std::string valueOf(const SurgePatch& patch, const std::string& element) {
  return surgeValue(patch, element).value_or("none");
}

std::vector<int> sourcesOfCutoff(const SurgePatch& patch, const std::string& element) {
  std::vector<int> sources;
  for (const auto& routing : surgeRoutings(patch))
    if (routing.element == element) sources.push_back(routing.source);
  return sources;
}

TEST(SurgeCross, TakesTheSectionAndNothingElse) {
  const SurgePatch one = numbered(1), two = numbered(2);
  const std::map<SurgeSection, std::set<std::string>> taken = {
      {SurgeSection::oscillators, {"a_osc1_type", "a_level_o1"}},
      {SurgeSection::filters, {"a_filter1_cutoff"}},
      {SurgeSection::envelopes, {"a_env1_attack"}},
      {SurgeSection::modulation, {"a_lfo0_rate"}},
      {SurgeSection::effects, {"fx1_type", "a_send_fx_1"}}};
  for (const auto& [section, elements] : taken) {
    const SurgePatch crossed = crossSurgePatches(one, two, section);
    for (const char* element :
         {"a_osc1_type", "a_level_o1", "a_filter1_cutoff", "a_env1_attack", "a_lfo0_rate", "a_send_fx_1",
          "a_volume", "fx1_type", "b_osc1_type", "b_filter1_cutoff", "b_lfo0_rate", "b_volume", "scenemode"})
      EXPECT_EQ(valueOf(crossed, element), valueOf(elements.contains(element) ? two : one, element))
          << element << " in " << int(section);
    EXPECT_EQ(surgeMeta(crossed).name, "1");
  }
}

TEST(SurgeCross, RoutingsBelongToTheModulation) {
  EXPECT_EQ(
      sourcesOfCutoff(crossSurgePatches(numbered(1), numbered(2), SurgeSection::filters), "a_filter1_cutoff"),
      std::vector<int>{10});
  const SurgePatch crossed = crossSurgePatches(numbered(1), numbered(2), SurgeSection::modulation);
  EXPECT_EQ(sourcesOfCutoff(crossed, "a_filter1_cutoff"), std::vector<int>{20});
  EXPECT_EQ(sourcesOfCutoff(crossed, "b_filter1_cutoff"), std::vector<int>{11})
      << "scene B is not heard, and stays";
  EXPECT_NE(crossed.xml.find("<sequence scene=\"0\" i=\"0\" s0=\"2.0\" />"), std::string::npos);
  EXPECT_NE(crossed.xml.find("<sequence scene=\"1\" i=\"0\" s0=\"1.1\" />"), std::string::npos);
  EXPECT_NE(crossed.xml.find("<entry i=\"0\" v=\"2\" />"), std::string::npos);
}

TEST(SurgeCross, TakesTheSceneThatIsHeardToTheSceneThatIsHeard) {
  const SurgePatch crossed =
      crossSurgePatches(numbered(1, 0, 1), numbered(2, 0, 0), SurgeSection::oscillators);
  EXPECT_EQ(valueOf(crossed, "b_osc1_type"), "2.0");
  EXPECT_EQ(valueOf(crossed, "a_osc1_type"), "1.0");
  EXPECT_NE(crossed.xml.find("<osc_extra_sc1_osc0 scene=\"1\" osc=\"0\" extra_n=\"20\" />"),
            std::string::npos)
      << crossed.xml;
  EXPECT_EQ(crossed.wavetableBytes, (std::array<std::uint32_t, 6>{1, 1, 1, 2, 2, 2}));
  EXPECT_EQ(crossed.tail, (Bytes{10, 11, 12, 20, 20, 21, 21, 22, 22}));
}

TEST(SurgeCross, GivesEachSceneItsOwnWhereBothAreHeard) {
  const SurgePatch both = crossSurgePatches(numbered(1, 2), numbered(2, 1), SurgeSection::filters);
  EXPECT_EQ(valueOf(both, "a_filter1_cutoff"), "2.0");
  EXPECT_EQ(valueOf(both, "b_filter1_cutoff"), "2.1");
  const SurgePatch onlyOne = crossSurgePatches(numbered(1, 2), numbered(2, 0, 1), SurgeSection::filters);
  EXPECT_EQ(valueOf(onlyOne, "a_filter1_cutoff"), "2.1");
  EXPECT_EQ(valueOf(onlyOne, "b_filter1_cutoff"), "2.1");
}

TEST(SurgeCross, RefusesPatchesOfTwoRevisions) {
  SurgePatch old = numbered(1);
  old.xml.replace(old.xml.find("22"), 2, "16");
  EXPECT_THROW(crossSurgePatches(old, numbered(2), SurgeSection::filters), Error);
}

TEST(SurgeCross, KnowsItsSectionsByName) {
  EXPECT_EQ(surgeSection("effects"), SurgeSection::effects);
  EXPECT_FALSE(surgeSection("carrier"));
  EXPECT_EQ(sectionOfSurgeElement("b_f2_link_resonance"), SurgeSection::filters);
  EXPECT_EQ(sectionOfSurgeElement("volume_FX2"), SurgeSection::effects);
  for (const char* element : {"volume", "a_volume", "polylimit", "a_polymode", "scenemode"})
    EXPECT_FALSE(sectionOfSurgeElement(element)) << element;
}

TEST(SurgeCross, OfASharedPatchWithItselfChangesNothing) {
  SKIP_WITHOUT_SHARED();
  const auto hashOf = [](const SurgePatch& patch) {
    return presetHash(serializeFxp(surgeFxp(serializeSurgePatch(patch), "")));
  };
  for (const auto& file : factoryPatches()) {
    const SurgePatch patch = parseSurgePatch(parseFxp(readFile(file)).chunk);
    for (const auto section : kSections)
      EXPECT_EQ(hashOf(crossSurgePatches(patch, patch, section)), hashOf(patch))
          << file << " section " << int(section);
  }
}

}  // namespace
}  // namespace patchpilot
