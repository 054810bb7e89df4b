#include "match/results.h"

#include "base/error.h"
#include "base/process.h"
#include "synth/catalogue.h"
#include "synth/plugin_engine.h"
#include "test_support.h"

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

/// Patches of the test synth that a text has found, one of which crashes at its note.
class TextResults : public testing::Test {
 protected:
  void SetUp() override {
    auto synth = std::make_shared<Synth>(parseSpace(testSynthSpace(), "test"));
    engines_.push_back(std::make_shared<PluginEngine>(std::move(synth), RenderPoolOptions{1, 0.2}));
    fs::create_directory(out_);
  }
  ~TextResults() override { setInterrupted(false); }

  TextMatch found(const std::string& origin, bool crashes) {
    const ParameterSpace& space = engines_[0]->space();
    Patch patch;
    for (const ParameterSpec& spec : space.parameters)
      patch.values().push_back(spec.key == "crash" ? float(crashes) : spec.constant ? 0.0f : 0.5f);
    return {Proposal{0, patch, origin, 0, {}, {}}, 0.5, Note{60, 100, 0.1}, 0.2};
  }

  TestPlaces places_;
  Engines engines_;
  fs::path out_ = places_.folder / "out";
};

TEST_F(TextResults, WhatFailsToPlayIsSkippedAndTold) {
  std::vector<TextMatch> all = {found("one", false), found("two", true), found("three", false)};
  const auto document = writeTextResults(out_, "a bass", all, engines_);
  ASSERT_EQ(document.at("candidates").size(), 2u);
  EXPECT_EQ(document.at("candidates")[1].at("origin"), "three");
  EXPECT_EQ(document.at("candidates")[1].at("rank"), 2);
  EXPECT_EQ(document.at("skipped"), nlohmann::json({"Patch Pilot Test Synth did not play two"}));
  ASSERT_EQ(all.size(), 2u) << "what is left is what was written";
  EXPECT_EQ(all[1].proposal.origin, "three");
}

TEST_F(TextResults, CtrlCIsNoFaultOfThePlugin) {
  std::vector<TextMatch> all = {found("one", false), found("two", false)};
  setInterrupted(true);
  const auto document = writeTextResults(out_, "a bass", all, engines_);
  EXPECT_TRUE(document.at("candidates").empty());
  EXPECT_TRUE(document.at("skipped").empty());
}

}  // namespace
}  // namespace patchpilot
