#include "preset/surge/session_state.h"

#include "preset/preset_hash.h"
#include "preset/shared_material.h"
#include "preset/surge/dialect.h"
#include "preset/vstpreset.h"

#include <gtest/gtest.h>

#include <pugixml.hpp>

namespace patchpilot {
namespace {

SurgePatch patchWith(const std::string& more, int revision = 22) {
  SurgePatch patch;
  patch.xml = "<?xml version=\"1.0\"?><patch revision=\"" + std::to_string(revision) +
              "\"><meta name=\"a\" /><parameters><a_pitch type=\"2\" value=\"0\" /></parameters>" + more +
              "</patch>";
  return patch;
}

std::string session(const std::string& settings) {
  return "<dawExtraState populated=\"1\">" + settings + "</dawExtraState>";
}

const std::string kScale = "<hasTuning v=\"1\" /><tuningContents v=\"ISBmaXZlLnNjbA==\" />";
const std::string kMapping =
    "<hasMapping v=\"1\" /><mappingContents v=\"ISBsb3cua2Jt\" /><mappingName v=\"low.kbm\" />";

/// A child of `<patch>`, or of its `<dawExtraState>`, in a completed patch.
struct Completed {
  explicit Completed(SurgePatch patch) {
    completeSurgePatch(patch);
    text = patch.xml;
    EXPECT_TRUE(document.load_string(text.c_str())) << text;
  }
  pugi::xml_node child(const char* name) const { return document.child("patch").child(name); }
  std::string setting(const char* name) const {
    return child("dawExtraState").child(name).attribute("v").value();
  }
  std::size_t count(const char* name) const {
    const auto all = document.child("patch").children(name);
    return std::size_t(std::distance(all.begin(), all.end()));
  }

  std::string text;
  pugi::xml_document document;
};

void expectNeutral(const Completed& patch) {
  EXPECT_EQ(patch.count("dawExtraState"), 1u) << patch.text;
  EXPECT_STREQ(patch.child("dawExtraState").attribute("populated").value(), "1");
  for (const char* off : {"mpeEnabled", "mpeTimbreIsUnipolar", "monoPedalMode", "hasTuning", "hasMapping",
                          "mapChannelToOctave"})
    EXPECT_EQ(patch.setting(off), "0") << off << "\n" << patch.text;
  EXPECT_EQ(patch.setting("mpePitchBendRange"), "48");
}

TEST(SurgeSession, WhatIsMissingIsSaidAsInANewInstance) {
  for (const std::string& silent :
       {std::string(), std::string("<dawExtraState populated=\"0\" />"),
        std::string("<dawExtraState populated='0'></dawExtraState>"), std::string("<dawExtraState />"),
        std::string("<dawExtraState populated=\"1\" />"), session(""),
        "<dawExtraState populated=\"0\">" + kScale + kMapping + "<mpeEnabled v=\"1\" /></dawExtraState>"})
    expectNeutral(Completed(patchWith(silent)));
}

TEST(SurgeSession, WhatThePatchSaysStays) {
  const Completed tuned(patchWith(session(kScale + "<mpeEnabled v=\"1\" /><other v=\"5\" />")));
  EXPECT_EQ(tuned.setting("hasTuning"), "1");
  EXPECT_EQ(tuned.setting("tuningContents"), "ISBmaXZlLnNjbA==");
  EXPECT_EQ(tuned.setting("mpeEnabled"), "1");
  EXPECT_EQ(tuned.setting("other"), "5");
  EXPECT_EQ(tuned.setting("hasMapping"), "0") << "and what it does not say is added";
  const Completed mapped(patchWith(session(kMapping)));
  EXPECT_EQ(mapped.setting("hasMapping"), "1");
  EXPECT_EQ(mapped.setting("mappingName"), "low.kbm");
  EXPECT_EQ(mapped.setting("hasTuning"), "0");
}

TEST(SurgeSession, ATuningWithoutItsTextIsNone) {
  // Surge would take the text of the patch before.
  const Completed patch(patchWith(session("<hasTuning v=\"1\" /><hasMapping v=\"1\" />")));
  EXPECT_EQ(patch.setting("hasTuning"), "0");
  EXPECT_EQ(patch.setting("hasMapping"), "0");
}

TEST(SurgeSession, TheWheelAndTheVoiceModesAreSaid) {
  const Completed bare(patchWith(""));
  EXPECT_STREQ(bare.child("modwheel").attribute("s0").value(), "0");
  EXPECT_STREQ(bare.child("modwheel").attribute("s1").value(), "0");
  EXPECT_EQ(bare.count("nonparamconfig"), 1u);
  const Completed own(patchWith("<modwheel s0=\"0.75\" /><nonparamconfig><x v=\"3\" /></nonparamconfig>"));
  EXPECT_STREQ(own.child("modwheel").attribute("s0").value(), "0.75");
  EXPECT_STREQ(own.child("modwheel").attribute("s1").value(), "0");
  EXPECT_EQ(own.count("modwheel"), 1u);
  EXPECT_STREQ(own.child("nonparamconfig").child("x").attribute("v").value(), "3");
}

TEST(SurgeSession, TheTempoIsSaidFromTheRevisionOnThatHasOne) {
  EXPECT_EQ(Completed(patchWith("", 22)).count("tempoOnSave"), 0u);
  EXPECT_STREQ(Completed(patchWith("", 23)).child("tempoOnSave").attribute("v").value(), "120");
  const Completed own(patchWith("<tempoOnSave v=\"93\" />", 24));
  EXPECT_EQ(own.count("tempoOnSave"), 1u);
  EXPECT_STREQ(own.child("tempoOnSave").attribute("v").value(), "93");
}

TEST(SurgeSession, ACompletePatchIsNotChanged) {
  for (const std::string& more : {std::string(), session(kScale + kMapping)}) {
    SurgePatch patch = patchWith(more, 24);
    completeSurgePatch(patch);
    const std::string once = patch.xml;
    completeSurgePatch(patch);
    EXPECT_EQ(patch.xml, once);
  }
}

TEST(SurgeSession, NamesInCommentsAndLongerNamesAreNotTakenForIt) {
  const Completed patch(patchWith("<dawExtraStateX populated=\"1\" /><modwheels s0=\"1\" />"));
  expectNeutral(patch);
  EXPECT_EQ(patch.count("modwheel"), 1u);
  EXPECT_EQ(patch.count("dawExtraStateX"), 1u);
}

TEST(SurgeSession, WhatIsNoWholePatchIsLeftAlone) {
  for (const char* xml :
       {"", "<patch>", "<patch revision=\"24\" />", "no XML", "<patch><dawExtraState populated=\"1\">"}) {
    SurgePatch patch;
    patch.xml = xml;
    completeSurgePatch(patch);
    EXPECT_EQ(patch.xml, xml);
  }
}

Bytes fileOf(const SurgePatch& patch) { return serializeFxp(surgeFxp(serializeSurgePatch(patch), "a")); }

TEST(SurgeSession, ARetunedTwinIsAnotherPreset) {
  const auto hash = [](const std::string& more) { return presetHash(fileOf(patchWith(more))); };
  const std::string plain = hash("");
  EXPECT_NE(hash(session(kScale)), plain);
  EXPECT_NE(hash(session(kMapping)), plain);
  EXPECT_NE(hash(session(kScale)), hash(session(kMapping)));
  EXPECT_NE(hash(session(kScale)), hash(session("<hasTuning v=\"1\" /><tuningContents v=\"b3RoZXI=\" />")));
  EXPECT_NE(hash(session("<mpeEnabled v=\"1\" />")), plain);
  EXPECT_NE(hash(session("<mpeEnabled v=\"1\" /><mpePitchBendRange v=\"2\" />")),
            hash(session("<mpeEnabled v=\"1\" />")));
  EXPECT_NE(hash(session("<monoPedalMode v=\"1\" />")), plain);
  EXPECT_NE(hash(session("<mapChannelToOctave v=\"1\" />")), plain);
  EXPECT_NE(hash("<modwheel s0=\"0.5\" s1=\"0\" />"), plain);
}

TEST(SurgeSession, WhatIsNotHeardMakesNoOtherPreset) {
  const auto hash = [](const std::string& more) { return presetHash(fileOf(patchWith(more))); };
  const std::string plain = hash("");
  for (const std::string& same :
       {std::string("<dawExtraState populated=\"0\" />"), session(""),
        session("<mpeEnabled v=\"0\" /><mpePitchBendRange v=\"24\" /><hasTuning v=\"0\" /><hasMapping "
                "v=\"0\" />"),
        session("<editor current_scene=\"1\" /><isDirty v=\"1\" /><hasTuning v=\"1\" />"),
        "<dawExtraState populated=\"0\">" + kScale + "</dawExtraState>",
        std::string("<tempoOnSave v=\"93\" />")})
    EXPECT_EQ(hash(same), plain) << same;
  EXPECT_EQ(hash(session(kScale + "<hasMapping v=\"0\" />")), hash(session("<isDirty v=\"1\" />" + kScale)));
}

TEST(SurgeSession, TheDialectCompletesAState) {
  VstPreset preset;
  preset.classId = std::string(32, 'A');
  preset.componentState = applySurgeBase(serializeSurgePatch(patchWith("")), {}, {});
  const Bytes state = serializeVstPreset(preset);
  const Bytes complete = surgeDialect().complete(state);
  EXPECT_NE(complete, state);
  EXPECT_EQ(surgeDialect().complete(complete), complete);
  EXPECT_EQ(parseVstPreset(complete).classId, preset.classId);
  expectNeutral(Completed(parseSurgePatch(parseVstPreset(complete).componentState)));
  EXPECT_EQ(dialectOfSynth("another synth").complete(state), state);
}

TEST(SurgeSession, OfTheSharedPatchesIsComplete) {
  SKIP_WITHOUT_SHARED();
  for (const auto& file : factoryPatches()) {
    SurgePatch patch = parseSurgePatch(parseFxp(readFile(file)).chunk);
    completeSurgePatch(patch);
    for (const char* name : {"<dawExtraState populated=\"1\">", "<modwheel ", "<nonparamconfig"})
      EXPECT_NE(patch.xml.find(name), std::string::npos) << file << " " << name;
    EXPECT_EQ(audibleSessionState(patch.xml), "") << file;
  }
}

}  // namespace
}  // namespace patchpilot
