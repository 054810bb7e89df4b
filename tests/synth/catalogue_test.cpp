#include "synth/catalogue.h"

#include "base/error.h"
#include "preset/lv2_preset.h"
#include "synth/factory_presets.h"
#include "tiny_lv2.h"

namespace patchpilot {
namespace {

const PluginInfo* find(const Catalogue& catalogue, const std::string& name, const std::string& format) {
  for (const auto& plugin : catalogue.plugins)
    if (plugin.name == name && plugin.format == format) return &plugin;
  return nullptr;
}

TEST(Catalogue, FindsInstrumentsOfBothFormats) {
  const TestPlaces places;
  const Catalogue catalogue = scanPlugins();
  for (const char* format : {"VST3", "LV2"}) {
    const PluginInfo* plugin = find(catalogue, "Patch Pilot Test Synth", format);
    ASSERT_NE(plugin, nullptr) << format;
    EXPECT_EQ(plugin->parameters, 15)
        << format << ": its own 14 and the bypass that JUCE adds, but no MIDI controllers";
    EXPECT_FALSE(plugin->version.empty());
  }
  ASSERT_NE(find(catalogue, "MDA JX10", "LV2"), nullptr);
  EXPECT_EQ(find(catalogue, "MDA JX10", "LV2")->parameters, 24);
  EXPECT_TRUE(catalogue.problems.empty());
}

TEST(Catalogue, APluginThatCrashesOrHangsIsReportedAndSkipped) {
  for (const char* fault : {"crash-on-load", "hang-on-load"}) {
    const TestPlaces places;
    const ScopedVariable misbehave("PATCHPILOT_TEST_PLUGIN", fault);
    ScanOptions options;
    options.limits.load = 1.5;
    const Catalogue catalogue = scanPlugins(options);
    EXPECT_EQ(find(catalogue, "Patch Pilot Test Synth", "VST3"), nullptr);
    EXPECT_NE(find(catalogue, "MDA DX10", "LV2"), nullptr) << "one bad plug-in hides no other";
    EXPECT_EQ(find(catalogue, "Patch Pilot Test Synth", "LV2"), nullptr);
    ASSERT_EQ(catalogue.problems.size(), 2u) << fault;
    for (const auto& problem : catalogue.problems)
      EXPECT_NE(problem.problem.find(std::string(fault).starts_with("crash") ? "crashed" : "hung for 1.5 s"),
                std::string::npos)
          << problem.problem;
  }
}

TEST(Catalogue, WhatAPluginPrintsDoesNoHarm) {
  const TestPlaces places;
  const ScopedVariable misbehave("PATCHPILOT_TEST_PLUGIN", "chatter-on-load");
  EXPECT_NE(find(scanPlugins(), "Patch Pilot Test Synth", "VST3"), nullptr);
}

TEST(Catalogue, RemembersUntilAFileChanges) {
  const TestPlaces places;
  int opened = 0;
  ScanOptions options;
  options.onScan = [&](const std::string&) { ++opened; };
  scanPlugins(options);
  EXPECT_GT(opened, 0);
  opened = 0;
  scanPlugins(options);
  EXPECT_EQ(opened, 0);
}

namespace fs = std::filesystem;

std::string problemOf(const Catalogue& catalogue, const std::string& name) {
  for (const auto& problem : catalogue.problems)
    if (problem.name == name) return problem.problem;
  return "";
}

TEST(Catalogue, ABundleIsAFolderWithAManifestWhateverItsName) {
  const OwnPlaces places;
  TinyBundle{"tone"}.write(places.plugins() / "b_tone");
  TinyBundle{"plain"}.write(places.plugins() / "Tiny Plain.LV2");
  const Catalogue catalogue = scanPlugins();
  ASSERT_EQ(catalogue.plugins.size(), 2u);
  EXPECT_TRUE(catalogue.problems.empty());
  const PluginInfo* tone = find(catalogue, "Tiny tone", "LV2");
  ASSERT_NE(tone, nullptr);
  EXPECT_EQ(tone->version, "2.1");
  EXPECT_EQ(tone->parameters, 6);
  EXPECT_EQ(tone->bundle, (places.plugins() / "b_tone").string());
  ScanOptions named;
  named.files = {places.plugins() / "b_tone"};
  EXPECT_EQ(scanPlugins(named).plugins.size(), 2u) << "named by the user as well, and listed once";
}

TEST(Catalogue, BundlesThatAreLinksAreFound) {
  const OwnPlaces places;
  TinyBundle{"tone"}.write(places.folder / "store" / "abc-tone" / "tone.lv2");
  fs::create_directory_symlink(places.folder / "store/abc-tone/tone.lv2", places.plugins() / "tone.lv2");
  fs::create_directory_symlink(places.plugins(), places.plugins() / "loop");
  EXPECT_NE(find(scanPlugins(), "Tiny tone", "LV2"), nullptr);
}

TEST(Catalogue, AFolderMayBeGivenRelativeOrWithASlash) {
  const OwnPlaces places;
  TinyBundle{"tone"}.write(places.plugins() / "tone.lv2");
  for (const std::string& given : {places.plugins().string() + "/", places.plugins().string() + "//./",
                                   fs::relative(places.plugins()).string()}) {
    const ScopedVariable path("LV2_PATH", given);
    EXPECT_NE(find(scanPlugins(), "Tiny tone", "LV2"), nullptr) << given;
  }
}

TEST(Catalogue, BundlesMayBeFiledByVendor) {
  const OwnPlaces places;
  TinyBundle{"tone"}.write(places.plugins() / "Vendor" / "Synths" / "tone.lv2");
  fs::create_directory_symlink(kTestPlugins / "vst3", places.folder / "Vendor of VST3");
  fs::create_directories(places.folder / "vst3");
  fs::create_directory_symlink(places.folder / "Vendor of VST3", places.folder / "vst3" / "Vendor");
  fs::create_directory_symlink(places.folder / "vst3", places.folder / "vst3" / "loop");
  const Catalogue catalogue = scanPlugins();
  const PluginInfo* tone = find(catalogue, "Tiny tone", "LV2");
  ASSERT_NE(tone, nullptr);
  EXPECT_EQ(findPlugin("LV2", tone->id, "Tiny tone").path, (places.plugins() / "Vendor/Synths").string());
  EXPECT_NE(find(catalogue, "Patch Pilot Test Synth", "VST3"), nullptr);
}

TEST(Catalogue, WhatPlaysNotesIsAnInstrumentWhateverItsClass) {
  const OwnPlaces places;
  TinyBundle{"tone", "lv2:Plugin"}.write(places.plugins() / "a.lv2");
  EXPECT_NE(find(scanPlugins(), "Tiny tone", "LV2"), nullptr);
}

TEST(Catalogue, EffectsAreNamedAsSuch) {
  const OwnPlaces places;
  fs::create_directory_symlink("/usr/lib/lv2/mda.lv2", places.plugins() / "mda.lv2");
  const Catalogue catalogue = scanPlugins();
  EXPECT_NE(find(catalogue, "MDA JX10", "LV2"), nullptr);
  const auto isOverdrive = [](const PluginInfo& other) { return other.id.ends_with("/Overdrive"); };
  EXPECT_TRUE(std::any_of(catalogue.others.begin(), catalogue.others.end(), isOverdrive));
  EXPECT_FALSE(std::any_of(catalogue.plugins.begin(), catalogue.plugins.end(), isOverdrive));
  EXPECT_TRUE(catalogue.problems.empty());
}

TEST(Catalogue, WhatCannotBeOpenedIsToldInTheLoadersWords) {
  const OwnPlaces places;
  TinyBundle missing{"tone"};
  missing.binary = places.folder / "not there.so";
  missing.write(places.plugins() / "missing.lv2");
  std::ofstream(places.folder / "text.so")
      << "no library at all, but long enough to be read as one .............";
  TinyBundle garbage{"plain"};
  garbage.binary = places.folder / "text.so";
  garbage.write(places.plugins() / "garbage.lv2");
  TinyBundle{"late", "lv2:InstrumentPlugin", "urn:example:no-such-feature"}.write(places.plugins() /
                                                                                  "needs.lv2");
  TinyBundle unknown{"nosuch"};
  unknown.write(places.plugins() / "nosuch.lv2");
  fs::create_directories(places.plugins() / "broken.lv2");
  std::ofstream(places.plugins() / "broken.lv2/manifest.ttl") << "<urn:a> a [ .";
  const Catalogue catalogue = scanPlugins();
  EXPECT_TRUE(catalogue.plugins.empty());
  EXPECT_EQ(catalogue.problems.size(), 5u);
  EXPECT_NE(problemOf(catalogue, "Tiny tone").find("is missing"), std::string::npos);
  EXPECT_NE(problemOf(catalogue, "Tiny plain").find("garbage.lv2/tiny.so"), std::string::npos)
      << "dlopen names the file";
  EXPECT_NE(problemOf(catalogue, "Tiny late").find("urn:example:no-such-feature"), std::string::npos);
  EXPECT_FALSE(problemOf(catalogue, "Tiny nosuch").empty());
  EXPECT_NE(problemOf(catalogue, "broken").find("no Turtle"), std::string::npos);
}

TEST(Catalogue, WhatCouldNotBeOpenedIsTriedAgain) {
  const OwnPlaces places;
  TinyBundle late{"tone"};
  late.binary = places.folder / "store" / "tiny.so";
  late.write(places.plugins() / "tone.lv2");
  TinyBundle{"plain"}.write(places.plugins() / "plain.lv2");
  EXPECT_FALSE(problemOf(scanPlugins(), "Tiny tone").empty());
  EXPECT_THROW(findPlugin("LV2", late.uri(), late.name()), Error);
  fs::create_directories(places.folder / "store");
  fs::copy_file(kTestPlugins / "tiny/tiny.so", places.folder / "store/tiny.so");
  EXPECT_EQ(findPlugin("LV2", late.uri(), late.name()).name, "Tiny tone");
  const Catalogue catalogue = scanPlugins();
  EXPECT_NE(find(catalogue, "Tiny tone", "LV2"), nullptr);
  EXPECT_NE(find(catalogue, "Tiny plain", "LV2"), nullptr);
  EXPECT_TRUE(catalogue.problems.empty());
}

TEST(Catalogue, WhatNoFileOfThePluginShowsIsTriedAgainToo) {
  const OwnPlaces places;
  // The descriptor is missing in the binary that is named, so nothing of the bundle changes when it comes.
  TinyBundle tone{"tone"};
  tone.binary = places.folder / "link.so";
  fs::create_symlink(places.folder / "gone.so", places.folder / "link.so");
  tone.write(places.plugins() / "tone.lv2");
  EXPECT_EQ(scanPlugins().problems.size(), 1u);
  ScanOptions patient;
  patient.retry = false;
  int opened = 0;
  patient.onScan = [&](const std::string&) { ++opened; };
  EXPECT_EQ(scanPlugins(patient).problems.size(), 1u);
  EXPECT_EQ(opened, 0) << "whoever asks for another plug-in does not wait for it";
}

TEST(Catalogue, ACrashIsRememberedAndSaysSo) {
  const TestPlaces places;
  {
    const ScopedVariable misbehave("PATCHPILOT_TEST_PLUGIN", "crash-on-load");
    EXPECT_FALSE(scanPlugins().problems.front().remembered);
  }
  const Catalogue again = scanPlugins();
  ASSERT_EQ(again.problems.size(), 2u);
  EXPECT_TRUE(again.problems.front().remembered) << "it may take a minute, and is not tried at each command";
  ScanOptions rescan;
  rescan.rescan = true;
  EXPECT_TRUE(scanPlugins(rescan).problems.empty());
}

TEST(Catalogue, FactoryPresetsLieInAnyBundle) {
  const OwnPlaces places;
  TinyBundle tone{"tone"};
  tone.write(places.plugins() / "tone");
  Lv2Preset preset;
  preset.pluginUri = tone.uri();
  preset.ports = {{"p5", 0.25f}};
  const auto writeAs = [&](const fs::path& place) {
    writeLv2Preset(places.folder / "draft.lv2", preset);
    fs::create_directories(place.parent_path());
    fs::rename(places.folder / "draft.lv2", place);
  };
  writeAs(places.plugins() / "tone.lv2presets");
  writeAs(places.plugins() / "more presets");
  writeAs(places.plugins() / "Vendor" / "pack.lv2");
  writeAs(places.folder / "store" / "linked.lv2");
  fs::create_directory_symlink(places.folder / "store/linked.lv2", places.plugins() / "linked.lv2");
  preset.pluginUri = "urn:another";
  writeAs(places.plugins() / "another.lv2");
  // As GNU Stow makes them if the folder is there already: a folder of links.
  preset.pluginUri = tone.uri();
  writeAs(places.folder / "store" / "stowed.lv2");
  fs::create_directories(places.plugins() / "stowed.lv2");
  for (const char* file : {"manifest.ttl", "preset.ttl"})
    fs::create_symlink(places.folder / "store/stowed.lv2" / file, places.plugins() / "stowed.lv2" / file);
  const Synth synth(parseSpace(firstSpace(scanPlugins().plugins.front(), {}, "tiny"), "tiny.toml"));
  const auto found = factoryPresetPaths(synth);
  EXPECT_EQ(found.size(), 5u);
  for (const auto& bundle : found) EXPECT_EQ(readPresets(bundle).size(), 1u) << bundle;
}

TEST(Catalogue, AFileThatIsNoPluginIsRefused) {
  const TestPlaces places;
  ScanOptions options;
  options.files = {"/nosuch.vst3"};
  EXPECT_THROW(scanPlugins(options), Error);
  EXPECT_THROW(findPlugin("LV2", "urn:nosuch", "Nosuch"), Error);
}

}  // namespace
}  // namespace patchpilot
