#include "preset/surge/patch.h"

#include "base/error.h"
#include "preset/shared_material.h"
#include "preset/vstpreset.h"
#include "preset/xml_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace patchpilot {
namespace {

std::span<const std::uint8_t> asBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

SurgePatch example() {
  SurgePatch patch;
  patch.xml =
      "<?xml version=\"1.0\"?><!-- <meta name=\"no\" /> --><patch revision=\"24\">"
      "<meta name=\"Old &amp; worn\" author='Somebody' comment=\"a > b\" ><tags /></meta>"
      "<parameters><a_pitch type=\"2\" value=\"0.00\" extend_range=\"0\" />"
      "<a_filter1_cutoff type=\"2\" value=\"3.0\"><modrouting source=\"17\" depth=\"1\" muted=\"0\" "
      "source_index=\"0\" />"
      "</a_filter1_cutoff><a_volume type=\"2\"\tvalue='0.5'/>\x01&#0;\xFF</parameters><other><a_pitch "
      "value=\"7\" /></other></patch>";
  patch.wavetableBytes = {3, 0, 0, 0, 0, 0};
  patch.tail = {1, 2, 3, 200, 201};
  return patch;
}

/// The text that `edit` put in place of another, found by what is the same before and after it.
struct Change {
  std::string before, after;
};
Change changeBetween(const std::string& a, const std::string& b) {
  std::size_t head = 0;
  while (head < std::min(a.size(), b.size()) && a[head] == b[head]) ++head;
  std::size_t end = 0;
  while (end < std::min(a.size(), b.size()) - head && a[a.size() - 1 - end] == b[b.size() - 1 - end]) ++end;
  return {a.substr(head, a.size() - end - head), b.substr(head, b.size() - end - head)};
}

TEST(SurgePatch, ReadsBackWhatItWrites) {
  const auto bytes = serializeSurgePatch(example());
  const auto patch = parseSurgePatch(bytes);
  EXPECT_EQ(patch.xml, example().xml);
  EXPECT_EQ(patch.wavetableBytes, example().wavetableBytes);
  EXPECT_EQ(patch.tail, example().tail);
  EXPECT_EQ(serializeSurgePatch(patch), bytes);
}

TEST(SurgePatch, BareXmlIsKnown) {
  const auto patch = parseSurgePatch(asBytes(example().xml));
  EXPECT_TRUE(patch.bareXml);
  EXPECT_EQ(surgeMeta(patch).author, "Somebody");
  EXPECT_EQ(serializeSurgePatch(patch).size(), example().xml.size());
}

TEST(SurgePatch, RefusesEveryTruncationThatLosesDeclaredBytes) {
  const auto bytes = serializeSurgePatch(example());
  const auto needed = bytes.size() - 2;  // two bytes follow the wavetable, undeclared
  for (std::size_t length = 0; length < needed; ++length)
    EXPECT_THROW(parseSurgePatch(std::span(bytes).first(length)), Error) << length;
  EXPECT_NO_THROW(parseSurgePatch(std::span(bytes).first(needed)));
}

TEST(SurgePatch, RefusesSizesThatTheChunkDoesNotHold) {
  for (std::size_t field = 4; field < 32; field += 4) {
    auto bytes = serializeSurgePatch(example());
    std::fill_n(bytes.begin() + std::ptrdiff_t(field), 4, 0xFF);
    EXPECT_THROW(parseSurgePatch(bytes), Error) << field;
  }
}

TEST(SurgePatch, MetaIsReadAndSet) {
  auto patch = example();
  const auto old = surgeMeta(patch);
  EXPECT_EQ(old.name, "Old & worn");
  EXPECT_EQ(old.author, "Somebody");
  EXPECT_EQ(old.comment, "a > b");
  EXPECT_FALSE(old.category);

  setSurgeMeta(patch,
               {.name = "A \"new\" <one> & 'more'", .category = "Patch Pilot", .comment = "two\nlines \xFF"});
  const auto meta = surgeMeta(patch);
  EXPECT_EQ(meta.name, "A \"new\" <one> & 'more'");
  EXPECT_EQ(meta.category, "Patch Pilot");
  EXPECT_EQ(meta.author, "Somebody");
  EXPECT_EQ(meta.comment, "two\nlines ?");
}

TEST(SurgePatch, AnEditChangesItsOwnBytesOnly) {
  auto patch = example();
  const auto before = patch.xml;
  setSurgeMeta(patch, {.author = "Patch Pilot"});
  const auto change = changeBetween(before, patch.xml);
  EXPECT_EQ(change.before, "Somebody");
  EXPECT_EQ(change.after, "Patch Pilot");
}

TEST(SurgePatch, AMissingMetaIsAdded) {
  auto patch = example();
  patch.xml = "<patch revision=\"9\"><parameters /></patch>";
  setSurgeMeta(patch, {.name = "N"});
  EXPECT_EQ(surgeMeta(patch).name, "N");
  EXPECT_EQ(patch.xml, "<patch revision=\"9\"><meta name=\"N\" /><parameters /></patch>");
}

TEST(SurgePatch, RoutingsAreAddedAndReplaced) {
  auto patch = example();
  const auto before = patch.xml;
  setSurgeRouting(patch, {.element = "a_pitch", .source = 22, .depth = 14});
  auto change = changeBetween(before, patch.xml);
  EXPECT_EQ(change.before, " /");
  EXPECT_EQ(change.after,
            "><modrouting source=\"22\" depth=\"14\" muted=\"0\" source_index=\"0\" /></a_pitch");

  setSurgeRouting(patch, {.element = "a_filter1_cutoff", .source = 17, .depth = -0.5, .muted = true});
  setSurgeRouting(patch, {.element = "a_filter1_cutoff", .source = 18, .depth = 130, .sourceScene = 1});
  const auto routings = surgeRoutings(patch);
  ASSERT_EQ(routings.size(), 3u);
  EXPECT_EQ(routings[0].element, "a_pitch");
  EXPECT_EQ(routings[0].depth, 14);
  EXPECT_EQ(routings[1].source, 17);
  EXPECT_EQ(routings[1].depth, -0.5);
  EXPECT_TRUE(routings[1].muted);
  EXPECT_EQ(routings[2].source, 18);
  EXPECT_EQ(routings[2].sourceScene, 1);
  EXPECT_THROW(setSurgeRouting(patch, {.element = "a_nothing"}), Error);
  EXPECT_THROW(setSurgeRouting(patch, {.element = "a_pitch><x"}), Error);
}

TEST(SurgePatch, ValuesAreSetWhereTheyAre) {
  auto patch = example();
  setSurgeValue(patch, {"a_pitch", {{"value", "-7.5"}, {"temposync", "1"}}});
  setSurgeValue(patch, {"a_volume", {{"value", "0.25"}}});
  setSurgeValue(patch, {"fx1_type", {{"type", "0"}, {"value", "9"}}});
  EXPECT_EQ(surgeValue(patch, "a_pitch"), "-7.5");
  EXPECT_EQ(surgeValue(patch, "a_pitch", "temposync"), "1");
  EXPECT_EQ(surgeValue(patch, "a_pitch", "extend_range"), "0");
  EXPECT_EQ(surgeValue(patch, "a_volume"), "0.25");
  EXPECT_EQ(surgeValue(patch, "fx1_type"), "9");
  EXPECT_FALSE(surgeValue(patch, "fx2_type"));
  EXPECT_NE(patch.xml.find("<other><a_pitch value=\"7\" /></other>"), std::string::npos);
  EXPECT_NE(patch.xml.find("<a_pitch type=\"2\" value=\"-7.5\" extend_range=\"0\" temposync=\"1\" />"),
            std::string::npos)
      << patch.xml;
}

TEST(SurgePatch, ABaseIsWrittenIntoNothing) {
  const auto state = applySurgeBase({}, {{.element = "a_pitch", .source = 22, .depth = 14}},
                                    {{"a_osc1_type", {{"type", "0"}, {"value", "8"}}}});
  const auto patch = parseSurgePatch(state);
  EXPECT_EQ(surgeValue(patch, "a_osc1_type"), "8");
  ASSERT_EQ(surgeRoutings(patch).size(), 1u);
  EXPECT_EQ(surgeRoutings(patch)[0].source, 22);
}

TEST(SurgePatch, AnEmptyPatchHasWhatSurgeCrashesWithout) {
  EXPECT_NE(emptySurgePatch().xml.find("<tempoOnSave v="), std::string::npos);
}

TEST(SurgePatch, StateAndFxpHoldTheSamePatch) {
  const auto state = applySurgeBase(serializeSurgePatch(example()), {}, {});
  const auto fxp = surgeFxp(state, "Name");
  EXPECT_EQ(fxp.chunk, serializeSurgePatch(example()));
  EXPECT_EQ(surgeComponentState(parseFxp(serializeFxp(fxp))), state);
  auto other = fxp;
  other.fxId = "MDAj";
  EXPECT_THROW(surgeComponentState(other), Error);
  other = fxp;
  other.chunk = {1, 2, 3};
  EXPECT_THROW(surgeComponentState(other), Error);
}

TEST(SurgePatch, TrailersThatLieAreNotBelieved) {
  auto state = applySurgeBase(serializeSurgePatch(example()), {}, {});
  std::fill_n(state.end() - 23, 8, 0xFF);
  EXPECT_EQ(parseSurgePatch(state).tail.size(), example().tail.size() + 31);
}

TEST(SurgePatch, DamageIsRefusedOrEdited) {
  const auto good = serializeSurgePatch(example());
  Random random(3);
  for (int i = 0; i < 20000; ++i) {
    const auto bytes = damaged(good, random);
    try {
      auto patch = parseSurgePatch(bytes);
      EXPECT_EQ(serializeSurgePatch(patch), bytes);
      surgeMeta(patch);
      surgeRoutings(patch);
      setSurgeMeta(patch, {.name = "n"});
      setSurgeRouting(patch, {.element = "a_pitch", .source = 1});
      setSurgeValue(patch, {"a_volume", {{"value", "1"}}});
      EXPECT_EQ(surgeMeta(patch).name, "n");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
    }
  }
}

TEST(SurgePatch, DeepAndEntityLadenXmlIsOnlyText) {
  auto patch = example();
  patch.xml = "<!DOCTYPE p [<!ENTITY a \"aaaa\">]><patch>";
  for (int i = 0; i < 100000; ++i) patch.xml += "<a>";
  EXPECT_FALSE(surgeMeta(patch).name);
  EXPECT_THROW(surgeRoutings(patch), Error);
  EXPECT_EQ(unescapeXml("&a;&#0;&#x41;&#xD800;&amp;&"), "&a;&#0;A&#xD800;&&");
}

TEST(SurgePatch, AllFactoryPatchesAreEditedInPlaceOnly) {
  SKIP_WITHOUT_SHARED();
  for (const auto& file : factoryPatches()) {
    const auto fxp = parseFxp(readFile(file));
    auto patch = parseSurgePatch(fxp.chunk);
    ASSERT_EQ(serializeSurgePatch(patch), fxp.chunk) << file;
    const auto before = patch;
    setSurgeMeta(patch, {.author = "\x02 Patch Pilot"});
    EXPECT_EQ(surgeMeta(patch).author, "? Patch Pilot") << file;
    EXPECT_EQ(surgeMeta(patch).name, surgeMeta(before).name) << file;
    EXPECT_LT(changeBetween(before.xml, patch.xml).before.size(), 64u) << file;
    const auto routings = surgeRoutings(patch).size();
    setSurgeRouting(patch, {.element = "a_pitch", .source = 99, .depth = 1});
    EXPECT_EQ(surgeRoutings(patch).size(), routings + 1) << file;
    setSurgeValue(patch, {"a_volume", {{"value", "0.125"}}});
    EXPECT_EQ(surgeValue(patch, "a_volume"), "0.125") << file;
    EXPECT_EQ(patch.tail, before.tail);
  }
}

TEST(SurgePatch, TheBenchmarksBasesAreUnderstood) {
  SKIP_WITHOUT_SHARED();
  for (const char* name : {"base-simple.vstpreset", "base-full.vstpreset"}) {
    const auto preset = parseVstPreset(readFile(sharedSurge() / name));
    const auto patch = parseSurgePatch(preset.componentState);
    EXPECT_EQ(surgeMeta(patch).name, "synth-perm-base");
    EXPECT_EQ(surgeRoutings(patch).size(), 6u);
    EXPECT_TRUE(patch.tail.empty());
    // The whole way round, JUCE's trailer included.
    EXPECT_EQ(surgeComponentState(surgeFxp(preset.componentState, "base")), preset.componentState);
    EXPECT_EQ(applySurgeBase(preset.componentState, surgeRoutings(patch), {}), preset.componentState);
  }
}

TEST(SurgePatch, ARoutingNeverLandsOutsideTheParameters) {
  // Found by fuzzing: a parameter that is closed only after all of them.
  SurgePatch patch;
  patch.xml = "<patch><parameters><a_pitch value=\"0\"></parameters><other></a_pitch></other></patch>";
  const auto before = patch.xml;
  EXPECT_THROW(setSurgeRouting(patch, {.element = "a_pitch", .source = 17, .depth = 1}), Error);
  EXPECT_EQ(patch.xml, before);
}

TEST(SurgePatch, IsCutBetweenItsXmlAndItsWavetables) {
  SurgePatch patch = example();
  patch.wavetableBytes = {3, 0, 1, 0, 0, 0};
  const Bytes bytes = serializeSurgePatch(patch);
  const std::size_t xmlEnd = 4 + 7 * 4 + patch.xml.size();
  EXPECT_EQ(surgePieceEnds(bytes), (std::vector<std::size_t>{xmlEnd, xmlEnd + 3, xmlEnd + 4, bytes.size()}));
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const auto ends = surgePieceEnds(std::span(bytes).first(size));
    EXPECT_TRUE(std::is_sorted(ends.begin(), ends.end())) << size;
    EXPECT_EQ(ends.empty() ? 0 : ends.back(), size);
  }
}

TEST(SurgePatch, WavetablesHaveTheNameThatSurgeShows) {
  SurgePatch patch;
  patch.xml = "<patch><parameters /></patch>";
  EXPECT_EQ(surgeWavetableName(patch, 0, 0), "");
  patch.xml = "<patch><extraoscdata /><other scene=\"0\" osc=\"0\" wavetable_display_name=\"no\" /></patch>";
  EXPECT_EQ(surgeWavetableName(patch, 0, 0), "");
  patch.xml =
      "<patch><extraoscdata><osc_extra_sc0_osc0 osc=\"0\" scene=\"0\" />"
      "<osc_extra_sc1_osc2 scene=\"1\" osc=\"2\" wavetable_display_name=\"Bell &amp; Saw\" /></extraoscdata>"
      "<other scene=\"0\" osc=\"0\" wavetable_display_name=\"no\" /></patch>";
  EXPECT_EQ(surgeWavetableName(patch, 1, 2), "Bell & Saw");
  EXPECT_EQ(surgeWavetableName(patch, 0, 0), "");
  EXPECT_EQ(surgeWavetableName(patch, 0, 2), "");
}

}  // namespace
}  // namespace patchpilot
