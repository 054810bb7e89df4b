#include "synth/catalogue.h"

#include "base/error.h"
#include "test_support.h"

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

TEST(Catalogue, AFileThatIsNoPluginIsRefused) {
  const TestPlaces places;
  ScanOptions options;
  options.files = {"/nosuch.vst3"};
  EXPECT_THROW(scanPlugins(options), Error);
  EXPECT_THROW(findPlugin("LV2", "urn:nosuch", "Nosuch"), Error);
}

}  // namespace
}  // namespace patchpilot
