#include "preset/vstpreset.h"

#include "base/error.h"
#include "shared_material.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

VstPreset example() {
  VstPreset preset;
  preset.classId = "ABCDEF019182FAEB566D624153675854";
  preset.componentState = {1, 2, 3, 4, 5};
  preset.controllerState = {6, 7};
  preset.info = vstPresetInfo({{"Name", "A <\"good\"> & loud one"}, {"PlugInName", "Ünit"}});
  preset.others = {{"Prog", {9}}};
  return preset;
}

/// Puts a 64-bit number where a hostile file might.
Bytes withNumber(Bytes bytes, std::size_t at, std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i) bytes.at(at + i) = std::uint8_t(value >> (8 * i));
  return bytes;
}

TEST(VstPreset, ReadsBackWhatItWrites) {
  const auto preset = example();
  const auto bytes = serializeVstPreset(preset);
  const auto read = parseVstPreset(bytes);
  EXPECT_EQ(read.classId, preset.classId);
  EXPECT_EQ(read.componentState, preset.componentState);
  EXPECT_EQ(read.controllerState, preset.controllerState);
  EXPECT_EQ(read.info, preset.info);
  ASSERT_EQ(read.others.size(), 1u);
  EXPECT_EQ(read.others[0].id, "Prog");
  EXPECT_EQ(read.others[0].data, Bytes{9});
  EXPECT_EQ(read.order, (std::vector<std::string>{"Comp", "Cont", "Info", "Prog"}));
  EXPECT_EQ(serializeVstPreset(read), bytes);
}

TEST(VstPreset, KeepsTheOrderOfAFilesChunks) {
  auto preset = example();
  preset.order = {"Prog", "Info", "Comp"};
  const auto read = parseVstPreset(serializeVstPreset(preset));
  EXPECT_EQ(read.order, (std::vector<std::string>{"Prog", "Info", "Comp", "Cont"}));
  EXPECT_EQ(read.componentState, preset.componentState);
}

TEST(VstPreset, InfoSurvivesCharactersThatXmlReserves) {
  const auto attributes = vstPresetAttributes(example().info);
  EXPECT_EQ(attributes.at("Name"), "A <\"good\"> & loud one");
  EXPECT_EQ(attributes.at("PlugInName"), "Ünit");
  EXPECT_TRUE(vstPresetAttributes("").empty());
  EXPECT_TRUE(vstPresetAttributes("<MetaInfo><Attribute").empty());
}

TEST(VstPreset, EntitiesDoNotExpand) {
  const auto attributes = vstPresetAttributes(
      "<!DOCTYPE m [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;\">]>"
      "<MetaInfo><Attribute id='Name' value='&b;'/></MetaInfo>");
  if (!attributes.empty()) {
    EXPECT_EQ(attributes.at("Name"), "&b;");
  }
}

TEST(VstPreset, DeepInfoIsHarmless) {
  std::string deep = "<MetaInfo>";
  for (int i = 0; i < 100000; ++i) deep += "<a>";
  EXPECT_TRUE(vstPresetAttributes(deep).empty());
  for (int i = 0; i < 100000; ++i) deep += "</a>";
  EXPECT_TRUE(vstPresetAttributes(deep + "</MetaInfo>").empty());
}

TEST(VstPreset, RefusesEveryTruncation) {
  const auto bytes = serializeVstPreset(example());
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_THROW(parseVstPreset(std::span(bytes).first(length)), Error) << length;
}

TEST(VstPreset, RefusesSizesThatTheFileDoesNotHold) {
  const auto good = serializeVstPreset(example());
  const auto list = good.size() - 8 - 4 * 20;
  for (const std::uint64_t value :
       {std::uint64_t(0), std::uint64_t(good.size()), std::uint64_t(-1), std::uint64_t(1) << 63}) {
    EXPECT_THROW(parseVstPreset(withNumber(good, 40, value)), Error) << "list at " << value;
    if (value > 48) {
      EXPECT_THROW(parseVstPreset(withNumber(good, list + 12, value)), Error) << "chunk at " << value;
      EXPECT_THROW(parseVstPreset(withNumber(good, list + 20, value)), Error) << "chunk of " << value;
    }
  }
  auto many = good;
  for (std::size_t i = 4; i < 8; ++i) many[list + i] = 0xFF;
  EXPECT_THROW(parseVstPreset(many), Error);
  auto twice = good;
  std::copy_n("Comp", 4, twice.begin() + std::ptrdiff_t(list) + 8 + 20);
  EXPECT_THROW(parseVstPreset(twice), Error);
  auto noHex = good;
  noHex[10] = 'x';
  EXPECT_THROW(parseVstPreset(noHex), Error);
}

TEST(VstPreset, RefusesToWriteAWrongClassId) {
  auto preset = example();
  preset.classId = "JX10";
  EXPECT_THROW(serializeVstPreset(preset), Error);
}

TEST(VstPreset, DamageIsRefusedOrRead) {
  const auto good = serializeVstPreset(example());
  Random random(1);
  for (int i = 0; i < 20000; ++i) {
    try {
      const auto read = parseVstPreset(damaged(good, random));
      serializeVstPreset(read);
      vstPresetAttributes(read.info);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
    }
  }
}

TEST(VstPreset, SurgesOwnFilesComeBackByteForByte) {
  SKIP_WITHOUT_SHARED();
  for (const char* name : {"base-simple.vstpreset", "base-full.vstpreset"}) {
    const auto bytes = readFile(sharedSurge() / name);
    const auto preset = parseVstPreset(bytes);
    EXPECT_EQ(preset.classId, "ABCDEF019182FAEB566D624153675854");
    EXPECT_EQ(vstPresetAttributes(preset.info).at("plugname"), "Surge XT");
    EXPECT_EQ(serializeVstPreset(preset), bytes) << name;
  }
}

TEST(VstPreset, ARefusalThatQuotesTheFileIsOneLine) {
  // Found by fuzzing: the id of a chunk that lies outside the file may be any four bytes.
  VstPreset preset;
  preset.classId = std::string(32, 'A');
  preset.others = {{"\n\x1B[A", {1}}};
  auto bytes = serializeVstPreset(preset);
  bytes[bytes.size() - 8] = 0xFF;
  try {
    parseVstPreset(bytes);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find_first_of("\n\x1B"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("[A"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace patchpilot
