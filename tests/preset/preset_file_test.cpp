#include "preset/preset_file.h"

#include "base/byte_reader.h"
#include "base/error.h"
#include "preset/fxp.h"
#include "preset/lv2_preset.h"
#include "preset/surge/patch.h"
#include "preset/vstpreset.h"
#include "shared_material.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

class PresetFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("patchpilot_preset_" + std::to_string(::getpid()) + "_" +
                                           testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, std::span<const std::uint8_t> bytes) {
    fs::create_directories((folder_ / name).parent_path());
    writeFileAtomically(folder_ / name, bytes);
    return folder_ / name;
  }
  fs::path write(const std::string& name, std::string_view text) {
    return write(name, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  }

  /// What is said of a file that is refused: one line, with the file's name, as the input's fault.
  static std::string refusal(const fs::path& path) {
    try {
      readPresets(path);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      const std::string message = error.what();
      EXPECT_NE(message.find(path.string()), std::string::npos) << message;
      EXPECT_EQ(message.find('\n'), std::string::npos) << message;
      return message;
    }
    ADD_FAILURE() << path << " is taken";
    return "";
  }

  fs::path folder_;
};

Fxp program(const std::string& name, Fxp::Kind kind = Fxp::Kind::chunk) {
  Fxp fxp;
  fxp.kind = kind;
  fxp.fxId = "Xmpl";
  setFxpName(fxp, name);
  if (kind == Fxp::Kind::chunk) fxp.chunk = {1, 2, 3, 4};
  else fxp.parameters = {0.5f, 0.25f, 1.0f};
  return fxp;
}

/// A bank by the layout in Steinberg's vstfxstore.h.
Bytes bankOf(std::string_view kind, std::uint32_t count, const Bytes& content) {
  Bytes bytes;
  append(bytes, std::string_view("CcnK"));
  appendBigEndian<std::uint32_t>(bytes, 0);
  append(bytes, kind);
  appendBigEndian<std::uint32_t>(bytes, 2);
  append(bytes, std::string_view("Xmpl"));
  appendBigEndian<std::uint32_t>(bytes, 1);
  appendBigEndian(bytes, count);
  append(bytes, Bytes(128, 0));
  append(bytes, content);
  return bytes;
}

SurgePatch surgePatch(const std::string& inside = "") {
  SurgePatch patch = emptySurgePatch();
  setSurgeMeta(patch, {"Warm <Pad>", "Pads", "Somebody", "slow & wide"});
  patch.xml.insert(patch.xml.find("</parameters>"), inside);
  return patch;
}

TEST_F(PresetFileTest, SaysWhoseAProgramIs) {
  const Bytes bytes = serializeFxp(program("Glass"));
  const PresetFile preset = readPresetFile(write("a.fxp", bytes));
  EXPECT_EQ(preset.format, PresetFormat::fxp);
  EXPECT_EQ(preset.synthId, "Xmpl");
  EXPECT_EQ(preset.name, "Glass");
  EXPECT_EQ(preset.parameters, 0);
  EXPECT_EQ(preset.bytes, bytes);
  EXPECT_EQ(preset.where(), (folder_ / "a.fxp").string());
  EXPECT_EQ(readPresetFile(write("b.fxp", serializeFxp(program("P", Fxp::Kind::parameters)))).parameters, 3);
}

TEST_F(PresetFileTest, IsCalledByItsNameOrByWhichOneItIs) {
  Bytes programs = serializeFxp(program("One"));
  append(programs, serializeFxp(program("Two")));
  const auto presets = readPresets(write("b.fxb", bankOf("FxBk", 2, programs)));
  ASSERT_EQ(presets.size(), 2u);
  EXPECT_TRUE(presets[1].isCalled("Two"));
  EXPECT_TRUE(presets[1].isCalled("2"));
  EXPECT_FALSE(presets[1].isCalled("One"));
  EXPECT_FALSE(presets[1].isCalled("1"));
  EXPECT_TRUE(presets[0].isCalled("") && presets[1].isCalled("")) << "whoever says nothing means all";
}

TEST_F(PresetFileTest, WithoutANameTheFileGivesOne) {
  EXPECT_EQ(readPresetFile(write("Deep Bass.fxp", serializeFxp(program("")))).name, "Deep Bass");
}

TEST_F(PresetFileTest, ReadsWhatSurgesBrowserShows) {
  const Fxp fxp = surgeFxp(serializeSurgePatch(surgePatch()), "Warm");
  VstPreset vst;
  vst.classId = "ABCDEF019182FAEB566D624153675854";
  vst.componentState = surgeComponentState(fxp);
  for (const auto& path :
       {write("s.fxp", serializeFxp(fxp)), write("s.vstpreset", serializeVstPreset(vst))}) {
    const PresetFile preset = readPresetFile(path);
    EXPECT_EQ(preset.name, "Warm <Pad>");
    EXPECT_EQ(preset.category, "Pads");
    EXPECT_EQ(preset.author, "Somebody");
    EXPECT_EQ(preset.comment, "slow & wide");
  }
  EXPECT_EQ(readPresetFile(folder_ / "s.vstpreset").synthId, vst.classId);
  EXPECT_EQ(readPresetFile(folder_ / "s.fxp").synthId, surgeFxId);
}

TEST_F(PresetFileTest, ReadsTheInfoOfAVstPreset) {
  VstPreset vst;
  vst.classId = "0123456789abcdef0123456789ABCDEF";
  vst.componentState = {1, 2};
  vst.info = vstPresetInfo({{"Name", "Organ"}, {"MusicalCategory", "Keyboard"}, {"Comment", "loud"}});
  const PresetFile preset = readPresetFile(write("o.vstpreset", serializeVstPreset(vst)));
  EXPECT_EQ(preset.format, PresetFormat::vstPreset);
  EXPECT_EQ(preset.synthId, "0123456789ABCDEF0123456789ABCDEF") << "as hosts write it";
  EXPECT_EQ(preset.name, "Organ");
  EXPECT_EQ(preset.category, "Keyboard");
  EXPECT_EQ(preset.comment, "loud");
}

TEST_F(PresetFileTest, ListsTheProgramsOfABank) {
  Bytes programs = serializeFxp(program("One"));
  append(programs, serializeFxp(program("Two", Fxp::Kind::parameters)));
  append(programs, serializeFxp(program("Three")));
  const auto path = write("b.fxb", bankOf("FxBk", 3, programs));
  const auto presets = readPresets(path);
  ASSERT_EQ(presets.size(), 3u);
  EXPECT_EQ(presets[0].name, "One");
  EXPECT_EQ(presets[1].name, "Two");
  EXPECT_EQ(presets[1].parameters, 3);
  EXPECT_EQ(presets[2].program, "3");
  EXPECT_EQ(presets[2].bytes, serializeFxp(program("Three")));
  EXPECT_THROW(readPresetFile(path), Error);

  Bytes chunk;
  appendBigEndian<std::uint32_t>(chunk, 3);
  append(chunk, Bytes{7, 8, 9});
  const auto whole = readPresets(write("whole bank.fxb", bankOf("FBCh", 16, chunk)));
  ASSERT_EQ(whole.size(), 1u);
  EXPECT_EQ(whole[0].name, "whole bank");
  EXPECT_EQ(parseFxp(whole[0].bytes).chunk, (Bytes{7, 8, 9}));
}

TEST_F(PresetFileTest, ABankCutShortIsRefusedEverywhere) {
  Bytes programs = serializeFxp(program("One"));
  append(programs, serializeFxp(program("Two", Fxp::Kind::parameters)));
  const Bytes bank = bankOf("FxBk", 2, programs);
  for (std::size_t length = 12; length < bank.size(); ++length)
    EXPECT_THROW(parseFxBank(std::span(bank).first(length)), Error) << length;
  EXPECT_EQ(parseFxBank(bank).programs.size(), 2u);
  EXPECT_THROW(parseFxBank(bankOf("FxBk", 0xFFFFFFFF, programs)), Error);
}

TEST_F(PresetFileTest, ReadsLv2BundlesOwnAndFactory) {
  Lv2Preset lv2;
  lv2.pluginUri = "http://example.org/synth#one";
  lv2.label = "Mine";
  lv2.bank = "Patch Pilot";
  lv2.author = "Patch Pilot";
  lv2.comment = "like bass.wav";
  lv2.ports = {{"cutoff", 0.5f}};
  writeLv2Preset(folder_ / "mine.lv2", lv2);
  const PresetFile preset = readPresetFile(folder_ / "mine.lv2");
  EXPECT_EQ(preset.format, PresetFormat::lv2);
  EXPECT_EQ(preset.synthId, lv2.pluginUri);
  EXPECT_EQ(preset.name, "Mine");
  EXPECT_EQ(preset.category, "Patch Pilot");
  EXPECT_EQ(preset.author, "Patch Pilot");
  EXPECT_EQ(preset.comment, "like bass.wav");
  EXPECT_EQ(parseLv2State({preset.bytes.begin(), preset.bytes.end()}).ports, lv2.ports);
}

TEST_F(PresetFileTest, ReadsTheFactoryPresetsOfMda) {
  const fs::path mda = "/usr/lib/lv2/mda.lv2";
  if (!fs::exists(mda)) GTEST_SKIP() << "mda-lv2 is not installed";
  std::set<std::string> synths, programs;
  for (const auto& preset : readPresets(mda)) {
    synths.insert(preset.synthId);
    programs.insert(preset.program);
    EXPECT_FALSE(preset.name.empty());
  }
  EXPECT_TRUE(synths.contains("http://drobilla.net/plugins/mda/JX10"));
  EXPECT_TRUE(synths.contains("http://drobilla.net/plugins/mda/DX10"));
  EXPECT_GT(programs.size(), 80u);
  EXPECT_EQ(programs.size(), readPresets(mda).size()) << "each preset has a name of its own to ask for it by";
}

TEST_F(PresetFileTest, AFolderIsListedOnceAndInOrder) {
  write("b/2.FXP", "x");
  write("b/1.vstpreset", "x");
  write("a/bank.fxb", "x");
  write("a/notes.txt", "x");
  write("c.lv2/manifest.ttl", "no such thing here");
  Lv2Preset lv2;
  lv2.pluginUri = "http://example.org/synth";
  writeLv2Preset(folder_ / "d.lv2", lv2);
  fs::create_directory_symlink(folder_, folder_ / "b" / "loop");
  fs::create_directory(folder_ / "e.fxp");
  const std::vector<fs::path> wanted = {folder_ / "a/bank.fxb", folder_ / "b/1.vstpreset",
                                        folder_ / "b/2.FXP", folder_ / "d.lv2"};
  EXPECT_EQ(presetPathsUnder(folder_), wanted);
  EXPECT_EQ(presetPathsUnder(folder_ / "a/notes.txt"), std::vector{folder_ / "a/notes.txt"})
      << "named by the user";
  EXPECT_EQ(presetPathsUnder(folder_ / "d.lv2"), std::vector{folder_ / "d.lv2"});
  EXPECT_THROW(presetPathsUnder(folder_ / "missing"), Error);
}

TEST_F(PresetFileTest, WhatMacOsAddsIsPassedOver) {
  write("Basses/a.fxp", serializeFxp(program("A")));
  write("Basses/._a.fxp", std::string_view("\0\5\x16\7\0", 5));
  write("__MACOSX/Basses/._a.fxp", std::string_view("\0\5\x16\7\0", 5));
  write("__MACOSX/b.fxp", serializeFxp(program("B")));
  write(".DS_Store", "x");
  EXPECT_EQ(presetPathsUnder(folder_), std::vector{folder_ / "Basses/a.fxp"});
  EXPECT_TRUE(foreignFilesUnder(folder_).empty());
  EXPECT_NE(refusal(folder_ / "Basses/._a.fxp").find("macOS"), std::string::npos) << "named by the user";
}

TEST_F(PresetFileTest, LinksToFoldersAreFollowedOnce) {
  write("store/pack/a.fxp", "x");
  write("store/pack/b.fxp", "x");
  fs::create_directories(folder_ / "mine/deep");
  fs::create_directory_symlink(folder_ / "store/pack", folder_ / "mine/deep/one");
  fs::create_directory_symlink(folder_ / "store/pack", folder_ / "mine/two");
  fs::create_directory_symlink(folder_ / "mine", folder_ / "mine/deep/loop");
  Lv2Preset lv2;
  lv2.pluginUri = "http://example.org/synth";
  writeLv2Preset(folder_ / "store/d.lv2", lv2);
  fs::create_directory_symlink(folder_ / "store/d.lv2", folder_ / "mine/linked");
  EXPECT_EQ(presetPathsUnder(folder_ / "mine").size(), 3u);
  const std::vector<fs::path> wanted = {folder_ / "store/d.lv2", folder_ / "store/pack/a.fxp",
                                        folder_ / "store/pack/b.fxp"};
  EXPECT_EQ(presetPathsUnder(folder_), wanted) << "by their own paths";
}

TEST_F(PresetFileTest, OtherProgramsFormatsAreNamedWithWhatWouldHelp) {
  const struct {
    const char* file;
    std::string_view bytes;
    const char* what;
    const char* help;
  } cases[] = {
      {"Lead.vital", "{\"settings\":{}}", "Vital", "save it"},
      {"LEAD.VITAL", "{}", "Vital", "save it"},
      {"rom1a.syx", "\xF0\x43", "SysEx", "Dexed"},
      {"0001-Bass.xiz", std::string_view("\x1F\x8B\x8\0", 4), "ZynAddSubFX", "save it"},
      {"Init.SerumPreset", "XferJson", "Serum", "save it"},
      {"Piano.nki", "x", "Kontakt", "save it"},
      {"Pad.h2p", "#AM=Diva", "u-he", "save it"},
      {"x.aupreset", "<?xml", "Audio Unit", "save it"},
      {"pack.zip", "PK\3\4", "archive", "unpack"},
      {"pack.fxp", "PK\3\4", "archive", "unpack"},
      {"pack.RAR", "Rar!\x1A\7", "archive", "unpack"},
      {"pack", std::string_view("7z\xBC\xAF\x27\x1C", 6), "archive", "unpack"},
      {"pack.tar.gz", std::string_view("\x1F\x8B\x8\0", 4), "gzip", "unpack"},
      {"tune.mid", "MThd", "MIDI", "render"},
      {"piano.sf2", "RIFFxxxxsfbk", "SoundFont", "sampler"},
      {"bass.wav", "RIFFxxxxWAVE", "sound", "match"},
      {"bass.vstpreset", "RIFFxxxxWAVE", "sound", "match"},
  };
  for (const auto& one : cases) {
    const std::string message = refusal(write(one.file, one.bytes));
    EXPECT_NE(message.find(one.what), std::string::npos) << message;
    EXPECT_NE(message.find(one.help), std::string::npos) << message;
  }
  EXPECT_NE(refusal(write("x.bin", "hello")).find("no preset"), std::string::npos);
}

TEST_F(PresetFileTest, AFolderTellsWhatItHoldsAndIsNotRead) {
  write("a.fxp", serializeFxp(program("A")));
  write("one.vital", "{}");
  write("deep/two.vital", "{}");
  write("pack.zip", "PK\3\4");
  write("notes.txt", "x");
  const auto found = foreignFilesUnder(folder_);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].count, 2u);
  EXPECT_NE(found[0].format.what.find("Vital"), std::string::npos);
  EXPECT_EQ(found[1].first, folder_ / "pack.zip");
  EXPECT_TRUE(foreignFilesUnder(folder_ / "pack.zip").empty());
}

TEST_F(PresetFileTest, BadFilesAreRefusedOneByOneWithAReason) {
  EXPECT_NE(refusal(write("empty.fxp", "")).find("empty"), std::string::npos);
  EXPECT_NE(refusal(write("text.fxp", "hello")).find("no preset"), std::string::npos);
  EXPECT_NE(refusal(write("image.vstpreset", "RIFFxxxxWAVE")).find("no preset"), std::string::npos);
  EXPECT_NE(refusal(folder_ / "missing.fxp").find("no such file"), std::string::npos);
  EXPECT_NE(refusal(folder_).find("no LV2 bundle"), std::string::npos);

  const Bytes surge = serializeFxp(surgeFxp(serializeSurgePatch(surgePatch()), "Warm"));
  EXPECT_NE(refusal(write("cut.fxp", std::span(surge).first(surge.size() / 2))).find("cut short"),
            std::string::npos);

  Bytes fxp = serializeFxp(program("A"));
  fxp[15] = 9;
  EXPECT_NE(refusal(write("new.fxp", fxp)).find("version 9"), std::string::npos);
  Bytes bank = bankOf("FBCh", 1, {0, 0, 0, 1, 5});
  bank[15] = 3;
  EXPECT_NE(refusal(write("new.fxb", bank)).find("version 3"), std::string::npos);
  VstPreset vst;
  vst.classId = std::string(32, 'A');
  Bytes preset = serializeVstPreset(vst);
  preset[4] = 2;
  EXPECT_NE(refusal(write("new.vstpreset", preset)).find("version 2"), std::string::npos);

  // A size that no memory holds, in each place that declares one.
  Bytes huge = serializeVstPreset(vst);
  std::fill_n(huge.begin() + 40, 8, 0xFF);
  EXPECT_NE(refusal(write("huge.vstpreset", huge)).find("damaged"), std::string::npos);
  EXPECT_NE(refusal(write("huge.fxb", bankOf("FBCh", 1, {0xFF, 0xFF, 0xFF, 0xFF, 1}))).find("cut short"),
            std::string::npos);
}

TEST_F(PresetFileTest, XmlMadeToHarmIsRefused) {
  const auto refusalOf = [&](const SurgePatch& patch) {
    return refusal(write("x.fxp", serializeFxp(surgeFxp(serializeSurgePatch(patch), "X"))));
  };
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "<a>";
  EXPECT_NE(refusalOf(surgePatch(deep)).find("nested"), std::string::npos);

  SurgePatch bomb = surgePatch();
  bomb.xml.insert(bomb.xml.find("<patch"), "<!DOCTYPE patch [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>");
  EXPECT_NE(refusalOf(bomb).find("entities"), std::string::npos);
  bomb = surgePatch();
  bomb.xml.insert(bomb.xml.find("<patch"), "<!-- <!DOCTYPE x> -->");
  EXPECT_EQ(readPresets(write("fine.fxp", serializeFxp(surgeFxp(serializeSurgePatch(bomb), "X")))).size(), 1u)
      << "in a comment it does no harm";
}

TEST_F(PresetFileTest, NamesCannotTalkToTheTerminal) {
  SurgePatch patch = emptySurgePatch();
  setSurgeMeta(patch, {"\xC2\x9B"
                       "31mred\nname",
                       "..\x7F/..", "\xFF", std::nullopt});
  const PresetFile preset =
      readPresetFile(write("n.fxp", serializeFxp(surgeFxp(serializeSurgePatch(patch), "\x1B[31mred"))));
  EXPECT_EQ(preset.name, "31mred name");
  EXPECT_EQ(preset.category, ".. /..");
  EXPECT_EQ(preset.author, "?");
  Fxp other = program("");
  std::copy_n("\x1B[31mred", 8, other.programName.begin());
  EXPECT_EQ(readPresetFile(write("o.fxp", serializeFxp(other))).name, "[31mred");
}

TEST_F(PresetFileTest, TagsWithManyQuotesTakeLinearTime) {
  // 4 MB in which every quote opens another look for the end of the tag; the square of that is hours.
  SurgePatch patch = surgePatch();
  patch.xml += "<a " + std::string(2000000, '\'') + std::string(1000000, '"');
  EXPECT_EQ(surgeMeta(parseSurgePatch(serializeSurgePatch(patch))).name, "Warm <Pad>");
  patch = surgePatch();
  std::string many;
  for (int i = 0; i < 200000; ++i) many += "<b c=\"d\"/>";
  patch.xml.insert(patch.xml.find("</parameters>"), many);
  EXPECT_EQ(surgeRoutings(parseSurgePatch(serializeSurgePatch(patch))).size(), 0u);
}

TEST_F(PresetFileTest, EverySharedFactoryPatchSaysWhoseItIs) {
  SKIP_WITHOUT_SHARED();
  std::size_t named = 0, categories = 0;
  const auto paths = presetPathsUnder(sharedSurge() / "factory");
  EXPECT_EQ(paths.size(), 624u);
  for (const auto& path : paths) {
    const PresetFile preset = readPresetFile(path);
    EXPECT_EQ(preset.synthId, surgeFxId) << path;
    EXPECT_EQ(preset.bytes, readFile(path)) << path;
    named += !preset.name.empty();
    categories += !preset.category.empty();
  }
  EXPECT_EQ(named, 624u);
  EXPECT_GT(categories, 600u);
}

}  // namespace
}  // namespace patchpilot
