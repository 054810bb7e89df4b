#include "listen/ranking.h"

#include "synth/voice_engine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace patchpilot {
namespace {

constexpr double kSeconds = 0.3;

/// Patches drawn from the built-in engine's space, to be near to one of them.
class Rank : public ::testing::Test {
 protected:
  void SetUp() override {
    engines.push_back(std::make_shared<VoiceEngine>());
    for (std::size_t i = 0; i < 20; ++i) {
      Proposal& proposal = proposals.emplace_back();
      proposal.patch = Patch::point(engines[0]->space().draw(1, i));
      proposal.origin = fmt::format("draw {}", i);
    }
    target.note = 57;
    target.lengthSeconds = 0.2;
    target.sound = renderAll(*engines[0], {RenderJob{0, &proposals[15].patch, Note{57, 100, 0.2}, kSeconds}})
                       .front()
                       .value();
    target.spectrum = mssSpectrum(target.sound);
  }

  static std::vector<std::string> origins(const std::vector<Candidate>& candidates) {
    std::vector<std::string> names;
    for (const Candidate& candidate : candidates) names.push_back(candidate.proposal.origin);
    return names;
  }

  std::vector<Candidate> ranked(const RankOptions& options) {
    return rankByRendering(target, proposals, engines, options, problems);
  }

  Engines engines;
  std::vector<Proposal> proposals;
  Target target;
  std::vector<std::string> problems;
};

TEST_F(Rank, TellsOfTheFirstBeforeTheOthersAndRanksAllTheSame) {
  const auto all = origins(ranked({}));
  ASSERT_EQ(all.size(), 20u);
  EXPECT_EQ(all.front(), "draw 15");

  std::vector<std::size_t> heard;
  std::vector<std::string> first;
  RankOptions options;
  options.first = 6;
  options.onProgress = [&](const RankProgress& progress) { heard.push_back(progress.done); };
  options.onFirst = [&](const std::vector<Candidate>& found) {
    EXPECT_EQ(heard.size(), 6u) << "they, and no others, have been rendered";
    for (std::size_t i = 1; i < found.size(); ++i) EXPECT_LE(found[i - 1].mss, found[i].mss);
    for (const Candidate& candidate : found)
      EXPECT_EQ(candidate.mss, mss(target.spectrum, mssSpectrum(candidate.sound)));
    first = origins(found);
  };
  EXPECT_EQ(origins(ranked(options)), all);
  EXPECT_EQ(heard.size(), 20u) << "none is rendered twice";
  std::sort(first.begin(), first.end());
  EXPECT_EQ(first, (std::vector<std::string>{"draw 0", "draw 1", "draw 2", "draw 3", "draw 4", "draw 5"}));
}

TEST_F(Rank, RanksByTheObjectiveThatItIsGiven) {
  RankOptions options;
  options.objective = makeObjective("rms", target);
  const Ruler ruler({*findMetric("rms")}, target.sound);
  double last = 1;
  for (const Candidate& candidate : ranked(options)) {
    const double similarity = ruler.measure(candidate.sound).at("rms");
    EXPECT_LE(similarity, last + 1e-9);
    last = similarity;
  }
  options.objective = makeObjective("", target);
  EXPECT_EQ(origins(ranked(options)).front(), "draw 15");
}

TEST_F(Rank, KeepsTheBestAlsoWhereTheFirstWereTold) {
  RankOptions options;
  options.keep = 3;
  const auto best = origins(ranked(options));
  options.first = 8;
  options.onFirst = [&](const std::vector<Candidate>& found) { EXPECT_EQ(found.size(), 3u); };
  EXPECT_EQ(origins(ranked(options)), best);
}

TEST_F(Rank, TellsOfNothingThatAStopHasKeptFromBeingHeard) {
  std::stop_source source;
  source.request_stop();
  RankOptions options;
  options.stop = source.get_token();
  options.first = 2;
  options.onFirst = [](const std::vector<Candidate>&) { ADD_FAILURE() << "nothing was heard"; };
  EXPECT_TRUE(ranked(options).empty());
}

/// A tone at the beginning of four seconds.
MssSpectrum toneBeforeSilence(double hertz, double seconds) {
  AudioBuffer sound(2, std::size_t(4 * kSampleRateHz));
  for (int channel = 0; channel < 2; ++channel)
    for (std::size_t i = 0; double(i) < seconds * kSampleRateHz; ++i)
      sound.channel(channel)[i] = float(0.5 * std::sin(2 * 3.14159265 * hertz * double(i) / kSampleRateHz));
  return mssSpectrum(sound);
}

TEST(SoundAlike, DoesNotCountTheSilenceBehindShortSounds) {
  const MssSpectrum low = toneBeforeSilence(440, 0.1), high = toneBeforeSilence(880, 0.1);
  EXPECT_LT(mss(low, high), kLeastDifference);
  EXPECT_FALSE(soundAlike(low, high));
  EXPECT_TRUE(soundAlike(low, low));
  EXPECT_TRUE(soundAlike(low, toneBeforeSilence(440.2, 0.1)));
  const MssSpectrum silence = mssSpectrum(AudioBuffer(2, 44100));
  EXPECT_TRUE(soundAlike(silence, silence));
}

}  // namespace
}  // namespace patchpilot
