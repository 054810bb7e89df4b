#include "match/results.h"

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "preset/preset_file.h"
#include "synth/catalogue.h"
#include "synth/plugin_engine.h"
#include "test_support.h"

#include <cmath>
#include <set>

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
  ASSERT_EQ(document.candidates.size(), 2u);
  EXPECT_EQ(document.candidates[1].facts.origin, "three");
  EXPECT_EQ(document.candidates[1].facts.rank, 2);
  EXPECT_EQ(document.skipped, std::vector<std::string>{"Patch Pilot Test Synth did not play two"});
  ASSERT_EQ(all.size(), 2u) << "what is left is what was written";
  EXPECT_EQ(all[1].proposal.origin, "three");
}

TEST_F(TextResults, AStopIsNoFaultOfThePlugin) {
  std::vector<TextMatch> all = {found("one", false), found("two", false)};
  std::stop_source source;
  source.request_stop();
  const auto document = writeTextResults(out_, "a bass", all, engines_, source.get_token());
  EXPECT_TRUE(document.candidates.empty());
  EXPECT_TRUE(document.skipped.empty());
}

TEST_F(TextResults, ACandidateIsPlayedAndToldWithItsOwnNote) {
  Target target;
  target.file = "/sounds/low.wav";
  target.note = 48;
  target.lengthSeconds = 0.1;
  target.sound = AudioBuffer(2, 8820);
  for (std::size_t i = 0; i < target.sound.frames(); ++i)
    target.sound.channel(0)[i] = target.sound.channel(1)[i] = float(0.3 * std::sin(0.05 * double(i)));
  target.spectrum = mssSpectrum(target.sound);
  std::vector<Candidate> chosen(2);
  for (Candidate& candidate : chosen) candidate.proposal = found("one", false).proposal;
  chosen[1].proposal.note = 72;
  const auto document = writeResults(out_, target, {}, chosen, engines_, 100);
  std::set<int> notes;
  for (const WrittenCandidate& candidate : document.candidates) {
    const int note = candidate.facts.note;
    notes.insert(note);
    const std::string recipe = readTextFile(out_ / candidate.facts.recipe);
    EXPECT_NE(recipe.find(note == 72 ? "\nPlay C5 " : "\nPlay C3 "), std::string::npos) << recipe;
    const fs::path preset = out_ / candidate.facts.presets.front();
    EXPECT_NE(readPresetFile(preset).comment.find(note == 72 ? "play C5" : "play C3"), std::string::npos);
  }
  EXPECT_EQ(notes, (std::set<int>{48, 72}));
  EXPECT_GT(mss(chosen[0].spectrum, chosen[1].spectrum), 0) << "each sounds as its note";
}

TEST_F(TextResults, ResultsForASoundOfAnyNameAreWritten) {
  const ScopedVariable home("HOME", (places_.folder / "home").string());
  for (const std::string& name :
       {std::string("Fl\xFCgel \xC3.wav"), std::string(251, 'n') + ".wav", std::string("\x01\n\x7F.wav"),
        std::string(" .wav"), std::string("\xE3\x81\xA8\xE3\x81\xA6\xE3\x82\x82 <&\"'>.wav")}) {
    const fs::path out = places_.folder / "names";
    fs::remove_all(out);
    fs::remove_all(places_.folder / "home");
    fs::create_directory(out);
    Target target;
    target.file = fs::path("/sounds") / name;
    target.sound = AudioBuffer(2, 8820);
    for (std::size_t i = 0; i < target.sound.frames(); ++i)
      target.sound.channel(0)[i] = target.sound.channel(1)[i] = float(0.3 * std::sin(0.05 * double(i)));
    target.spectrum = mssSpectrum(target.sound);
    std::vector<Candidate> chosen(2);
    for (Candidate& candidate : chosen) candidate.proposal = found("one", false).proposal;
    auto document = writeResults(out, target, {}, chosen, engines_, 100);
    const auto read = nlohmann::json::parse(readTextFile(out / "candidates.json"));
    EXPECT_EQ(read.at("candidates").size(), 2u);
    installResults(document, out, engines_);
    for (const WrittenCandidate& candidate : document.candidates)
      for (const std::string& file : candidate.installed.value()) {
        EXPECT_TRUE(fs::exists(file)) << file;
        EXPECT_NO_THROW(nlohmann::json(file).dump()) << "what is printed is what exists";
        EXPECT_NE(file.find(fmt::format(" {}.", candidate.facts.rank)), std::string::npos) << file;
      }
  }
}

}  // namespace
}  // namespace patchpilot
