#include "preset/preset_hash.h"

#include "preset/lv2_preset.h"
#include "preset/shared_material.h"
#include "preset/surge/patch.h"
#include "preset/vstpreset.h"

#include <map>

namespace patchpilot {
namespace {

SurgePatch surgePatch(const std::string& name, const std::string& cutoff = "12.5") {
  SurgePatch patch;
  patch.xml = "<?xml version=\"1.0\"?><patch revision=\"22\"><meta name=\"" + name +
              "\" author=\"a\"><tags><tag tag=\"x\" /></tags></meta><parameters><a_filter1_cutoff type=\"2\" "
              "value=\"" +
              cutoff +
              "\"><modrouting source=\"17\" depth=\"3\" /></a_filter1_cutoff></parameters>"
              "<customcontroller><entry i=\"0\" v=\"0.5\" label=\"Bright\" /></customcontroller>"
              "<dawExtraState populated=\"0\" /></patch>";
  patch.wavetableBytes[0] = 4;
  patch.tail = {1, 2, 3, 4};
  return patch;
}

Bytes fxpOf(const SurgePatch& patch, const std::string& name = "") {
  return serializeFxp(surgeFxp(serializeSurgePatch(patch), name));
}

TEST(PresetHash, OfSurgeIsTheSameUnderAnotherNameAndInAnotherFormat) {
  const std::string hash = presetHash(fxpOf(surgePatch("One")));
  EXPECT_EQ(presetHash(fxpOf(surgePatch("Two"), "Two")), hash);
  SurgePatch relabelled = surgePatch("One");
  setSurgeMeta(relabelled, {"Three", "Leads", "someone", "a comment"});
  relabelled.xml.replace(relabelled.xml.find("Bright"), 6, "Dark");
  EXPECT_EQ(presetHash(fxpOf(relabelled)), hash);
  VstPreset preset;
  preset.classId = std::string(32, 'A');
  preset.componentState = applySurgeBase(serializeSurgePatch(surgePatch("One")), {}, {});
  EXPECT_EQ(presetHash(serializeVstPreset(preset)), hash);
}

TEST(PresetHash, OfSurgeChangesWithWhateverIsHeard) {
  const std::string hash = presetHash(fxpOf(surgePatch("One")));
  EXPECT_NE(presetHash(fxpOf(surgePatch("One", "12.6"))), hash);
  SurgePatch other = surgePatch("One");
  other.tail[3] = 5;
  EXPECT_NE(presetHash(fxpOf(other)), hash) << "the wavetable";
  other = surgePatch("One");
  setSurgeRouting(other, {"a_filter1_cutoff", 17, 4});
  EXPECT_NE(presetHash(fxpOf(other)), hash) << "a routing";
  other = surgePatch("One");
  other.xml.replace(other.xml.find("v=\"0.5\""), 7, "v=\"0.6\"");
  EXPECT_NE(presetHash(fxpOf(other)), hash) << "a macro";
}

TEST(PresetHash, OfLv2IsOfThePortsAndNotTheLabel) {
  const auto hash = [](const Lv2Preset& preset) {
    const std::string text = lv2StateText(preset);
    return presetHash(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  };
  Lv2Preset preset;
  preset.pluginUri = "urn:synth";
  preset.label = "A";
  preset.ports = {{"cutoff", 0.5f}, {"level", 1.0f}};
  Lv2Preset renamed = preset, changed = preset;
  renamed.label = "B";
  renamed.comment = "by someone";
  changed.ports["cutoff"] = 0.5000001f;
  EXPECT_EQ(hash(renamed), hash(preset));
  EXPECT_NE(hash(changed), hash(preset));
}

TEST(PresetHash, OfWhatIsNoPresetIsOfItsBytes) {
  const std::string broken[] = {"",        "VST3", "CcnK",   "VST3 and more that is no preset",
                                "@prefix", "<<<",  "<patch", "sub3"};
  std::map<std::string, std::string> byHash;
  for (const auto& text : broken) {
    const auto bytes = std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    EXPECT_TRUE(byHash.emplace(presetHash(bytes), text).second) << text;
  }
}

TEST(PresetHash, OfTheSharedPatchesTellsThemApartAndSurvivesARenaming) {
  SKIP_WITHOUT_SHARED();
  std::map<std::string, std::string> byHash;
  for (const auto& file : factoryPatches()) {
    const Bytes bytes = readFile(file);
    const std::string hash = presetHash(bytes);
    Fxp fxp = parseFxp(bytes);
    SurgePatch patch = parseSurgePatch(fxp.chunk);
    setSurgeMeta(patch, {"Another name", "Another category", "Someone else", "Something else"});
    setFxpChunk(fxp, serializeSurgePatch(patch));
    setFxpName(fxp, "Another name");
    EXPECT_EQ(presetHash(serializeFxp(fxp)), hash) << file;
    EXPECT_NE(hash, contentHash(bytes)) << file << " was not read as a patch";
    byHash.emplace(hash, file.string());
  }
  EXPECT_GT(byHash.size(), 600u) << "different patches have one hash";
}

}  // namespace
}  // namespace patchpilot
