#include "listen/listener.h"

#include "same_bits.h"
#include "threaded_voice.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <set>

namespace patchpilot {
namespace {

constexpr double kSeconds = 0.3, kPartSeconds = 0.1;

/// What becomes of a render of `ScriptedEngine`: the first value of its patch.
enum Fate { tone, silence, notFinite, infinite, refused, killed };

/// Renders as it is told, and keeps the jobs that it was given.
class ScriptedEngine : public VoiceEngine {
 public:
  std::vector<RenderJob> jobs;

  void render(const NextJob& next, const JobDone& done, const GoOn& goOn, std::stop_token stop) override {
    while (!stop.stop_requested()) {
      const auto job = next();
      if (!job) return;
      jobs.push_back(*job);
      RenderOutcome outcome;
      outcome.tag = job->tag;
      const std::vector<float> sound = soundOf(*job, outcome);
      const std::size_t part = std::size_t(job->partSeconds * kSampleRateHz);
      if (job->partSeconds > 0 && !goOn(job->tag, {{sound.data(), part}, {sound.data(), part}}))
        outcome.status = RenderOutcome::Status::cut;
      if (outcome.status == RenderOutcome::Status::ok) outcome.audio = {sound, sound};
      done(outcome);
    }
  }

 private:
  static std::vector<float> soundOf(const RenderJob& job, RenderOutcome& outcome) {
    std::vector<float> sound(std::size_t(std::llround(job.seconds * kSampleRateHz)));
    const auto fail = [&](RenderOutcome::Status status, const std::string& problem) {
      outcome.status = status;
      outcome.problem = problem;
    };
    switch (Fate(int(job.patch->values().front()))) {
      case tone:
        for (std::size_t i = 0; i < sound.size(); ++i) sound[i] = 0.5f * std::sin(0.06f * float(i));
        break;
      case silence: break;
      case notFinite: sound[sound.size() / 2] = std::numeric_limits<float>::quiet_NaN(); break;
      case infinite: sound.back() = std::numeric_limits<float>::infinity(); break;
      case refused: fail(RenderOutcome::Status::refused, "did not take the patch"); break;
      case killed: fail(RenderOutcome::Status::killed, "crashed"); break;
    }
    return sound;
  }
};

Trial scripted(Fate fate) {
  Trial trial;
  trial.proposal.patch = Patch::point({float(fate)});
  return trial;
}

class ListenerTest : public ::testing::Test {
 protected:
  ListenerTest() {
    VoiceEngine voice;
    const Patch patch = Patch::point(voice.space().draw(99, 0));
    target_.note = 57;
    target_.lengthSeconds = 0.2;
    target_.sound = renderAll(voice, {RenderJob{0, &patch, Note{57, 100, 0.2}, kSeconds}}).front().value();
    target_.spectrum = mssSpectrum(target_.sound);
  }

  /// Trials of drawn patches, and of the target's own as the last.
  std::vector<Trial> drawn(std::size_t count) const {
    VoiceEngine voice;
    std::vector<Trial> trials(count);
    for (std::size_t i = 0; i < count; ++i)
      trials[i].proposal.patch =
          Patch::point(i + 1 < count ? voice.space().draw(1, i) : voice.space().draw(99, 0));
    return trials;
  }

  std::vector<Outcome> hear(const std::vector<Trial>& trials, const ListenerOptions& options = {}) const {
    return Listener(target_, {}, engines_, options).hear(trials);
  }

  Target target_;
  const std::shared_ptr<ScriptedEngine> script_ = std::make_shared<ScriptedEngine>();
  Engines engines_{script_};
};

TEST_F(ListenerTest, MeasuresEachRenderAndKeepsTheOrderOfTheTrials) {
  engines_ = {std::make_shared<ThreadedVoiceEngine>(3)};
  const auto trials = drawn(9);
  const auto outcomes = hear(trials);
  ASSERT_EQ(outcomes.size(), 9u);
  for (std::size_t i = 0; i < 9; ++i) {
    ASSERT_TRUE(outcomes[i].candidate) << i;
    const Candidate& candidate = *outcomes[i].candidate;
    EXPECT_EQ(candidate.proposal.patch.content, trials[i].proposal.patch.content) << i;
    EXPECT_EQ(candidate.mss, mss(target_.spectrum, mssSpectrum(candidate.sound))) << i;
    EXPECT_EQ(candidate.distance, distanceOfMss(candidate.mss)) << i;
    if (i < 8) {
      EXPECT_GT(candidate.mss, 0.1) << i;
    }
  }
  EXPECT_TRUE(sameBits(outcomes[8].candidate->sound, target_.sound));
  EXPECT_EQ(outcomes[8].candidate->mss, 0);
}

TEST_F(ListenerTest, APatchThatIsHeardTwiceIsRenderedTwiceAndGivesTheSame) {
  engines_ = {std::make_shared<ThreadedVoiceEngine>(2)};
  auto trials = drawn(2);
  trials.push_back(trials[0]);
  const auto outcomes = hear(trials);
  ASSERT_TRUE(outcomes[0].candidate && outcomes[2].candidate);
  EXPECT_EQ(outcomes[0].candidate->distance, outcomes[2].candidate->distance);
  EXPECT_TRUE(sameBits(outcomes[0].candidate->sound, outcomes[2].candidate->sound));
}

TEST_F(ListenerTest, SilenceIsARenderThatIsFarAway) {
  const auto outcomes = hear({scripted(silence)});
  ASSERT_TRUE(outcomes[0].candidate);
  EXPECT_GT(outcomes[0].candidate->mss, 5);
  EXPECT_TRUE(std::isfinite(outcomes[0].candidate->distance));
  EXPECT_EQ(outcomes[0].problem, "");
  EXPECT_FALSE(outcomes[0].wasCut);
}

TEST_F(ListenerTest, SamplesThatAreNoNumbersAreAFailure) {
  for (const Outcome& outcome : hear({scripted(notFinite), scripted(infinite)})) {
    EXPECT_FALSE(outcome.candidate);
    EXPECT_FALSE(outcome.wasCut);
    EXPECT_EQ(outcome.problem, "gave samples that are no numbers");
  }
}

TEST_F(ListenerTest, AFailureSaysWhyAndTheOthersAreHeard) {
  const auto outcomes = hear({scripted(refused), scripted(tone), scripted(killed), scripted(tone)});
  EXPECT_EQ(outcomes[0].problem, "did not take the patch");
  EXPECT_EQ(outcomes[2].problem, "crashed");
  for (const std::size_t failed : {0u, 2u}) {
    EXPECT_FALSE(outcomes[failed].candidate);
    EXPECT_FALSE(outcomes[failed].wasCut);
  }
  for (const std::size_t good : {1u, 3u}) EXPECT_TRUE(outcomes[good].candidate);
}

TEST_F(ListenerTest, ACutIsNoFailureAndIsAskedAboutOnlyForTrialsWithALimit) {
  std::vector<Trial> trials(3, scripted(tone));
  trials[1].partLimit = 1;
  trials[2].partLimit = 2;
  std::vector<double> asked;
  ListenerOptions options;
  options.partSeconds = kPartSeconds;
  options.mayContinue = [&](const Trial& trial, const StereoView& part) {
    EXPECT_EQ(part.left.size(), std::size_t(kPartSeconds * kSampleRateHz));
    asked.push_back(trial.partLimit.value());
    return *trial.partLimit > 1;
  };
  const auto outcomes = hear(trials, options);
  EXPECT_EQ(asked, (std::vector<double>{1, 2}));
  EXPECT_TRUE(outcomes[1].wasCut);
  EXPECT_FALSE(outcomes[1].candidate);
  EXPECT_EQ(outcomes[1].problem, "");
  for (const std::size_t whole : {0u, 2u}) {
    EXPECT_FALSE(outcomes[whole].wasCut);
    EXPECT_TRUE(outcomes[whole].candidate);
  }
}

TEST_F(ListenerTest, NoRenderIsCutUnlessPartsAreAskedFor) {
  Trial trial = scripted(tone);
  trial.partLimit = 1;
  EXPECT_TRUE(hear({trial}, {.partSeconds = kPartSeconds})[0].candidate);
  EXPECT_TRUE(
      hear({trial}, {.mayContinue = [](const Trial&, const StereoView&) { return false; }})[0].candidate);
  for (const RenderJob& job : script_->jobs) EXPECT_EQ(job.partSeconds, 0);
}

TEST_F(ListenerTest, PlaysTheTargetsNoteOrTheProposalsForAsLongAsTheTargetSounds) {
  std::vector<Trial> trials(2, scripted(tone));
  trials[1].proposal.note = 69;
  trials[1].proposal.lengthSeconds = 0.1;
  hear(trials, {.velocity = 33});
  ASSERT_EQ(script_->jobs.size(), 2u);
  EXPECT_EQ(script_->jobs[0].note.midi, 57);
  EXPECT_EQ(script_->jobs[0].note.lengthSeconds, 0.2);
  EXPECT_EQ(script_->jobs[1].note.midi, 69);
  EXPECT_EQ(script_->jobs[1].note.lengthSeconds, 0.1);
  for (const RenderJob& job : script_->jobs) {
    EXPECT_EQ(job.note.velocity, 33);
    EXPECT_EQ(job.seconds, target_.sound.seconds());
  }
}

TEST_F(ListenerTest, EachTrialIsRenderedByItsOwnEngine) {
  const auto second = std::make_shared<ScriptedEngine>();
  engines_.push_back(second);
  std::vector<Trial> trials(5, scripted(tone));
  trials[1].proposal.synth = trials[4].proposal.synth = 1;
  for (const Outcome& outcome : hear(trials)) EXPECT_TRUE(outcome.candidate);
  const auto tags = [](const ScriptedEngine& engine) {
    std::vector<std::uint64_t> tags;
    for (const RenderJob& job : engine.jobs) tags.push_back(job.tag);
    return tags;
  };
  EXPECT_EQ(tags(*script_), (std::vector<std::uint64_t>{0, 2, 3}));
  EXPECT_EQ(tags(*second), (std::vector<std::uint64_t>{1, 4}));
}

TEST_F(ListenerTest, ASoundThatIsTooFarAwayIsMeasuredButNotKept) {
  engines_ = {std::make_shared<VoiceEngine>()};
  auto trials = drawn(3);
  const double first = hear(trials)[0].candidate->distance;
  for (Trial& trial : trials) trial.keepWithin = first / 2;
  const auto outcomes = hear(trials);
  EXPECT_EQ(outcomes[0].candidate->distance, first);
  EXPECT_TRUE(outcomes[0].candidate->sound.samples().empty());
  EXPECT_FALSE(outcomes[2].candidate->sound.samples().empty()) << "that is the target itself";
}

TEST_F(ListenerTest, TellsOfEachTrialOnceAndOneAtATime) {
  engines_ = {std::make_shared<ThreadedVoiceEngine>(4)};
  const auto trials = drawn(40);
  std::multiset<std::size_t> told;
  std::atomic<int> inside{0};
  Listener(target_, {}, engines_).hear(trials, [&](std::size_t index, Outcome outcome) {
    EXPECT_EQ(++inside, 1);
    told.insert(index);
    EXPECT_TRUE(outcome.candidate);
    --inside;
  });
  EXPECT_EQ(told.size(), 40u);
  for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(told.count(i), 1u) << i;
}

TEST_F(ListenerTest, AfterAStopNothingMoreIsBegunOrToldOf) {
  const auto second = std::make_shared<ScriptedEngine>();
  engines_.push_back(second);
  std::vector<Trial> trials(6, scripted(tone));
  trials[5].proposal.synth = 1;
  std::stop_source source;
  std::size_t told = 0;
  Listener(target_, {}, engines_, {.stop = source.get_token()}).hear(trials, [&](std::size_t, Outcome) {
    if (++told == 2) source.request_stop();
  });
  EXPECT_EQ(told, 2u);
  EXPECT_EQ(script_->jobs.size(), 2u);
  EXPECT_TRUE(second->jobs.empty());
  for (const Outcome& outcome : hear(trials, {.stop = source.get_token()})) {
    EXPECT_FALSE(outcome.candidate);
    EXPECT_EQ(outcome.problem, "") << "what was not begun has not failed";
  }
}

}  // namespace
}  // namespace patchpilot
