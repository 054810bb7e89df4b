// Two sessions in one process, each on an engine of its own.
#include "drill_support.h"

#include <thread>

namespace patchpilot {
namespace {

/// Stops its session after some renders of refining.
struct Stopper : SessionObserver {
  explicit Stopper(std::stop_source stop) : stop(std::move(stop)) {}
  void onRefining(const Refinement& refinement, const std::function<std::vector<Candidate>()>&) override {
    renders = refinement.last.renders;
    if (renders >= 100) stop.request_stop();
  }
  std::stop_source stop;
  std::size_t renders = 0;
};

std::vector<Candidate> run(const Target& target, SessionObserver& observer, std::stop_token stop,
                           std::size_t renders) {
  const Engines engines{std::make_shared<VoiceEngine>()};
  Session session(target, engines, {randomProposer(engines)}, {.proposals = 20, .mayRefine = true}, observer,
                  std::move(stop));
  session.rank();
  session.refine({.renders = renders});
  return session.candidates();
}

void expectSame(const std::vector<Candidate>& a, const std::vector<Candidate>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].mss, b[i].mss);
    EXPECT_EQ(a[i].proposal.patch.values(), b[i].proposal.patch.values());
    EXPECT_EQ(a[i].proposal.origin, b[i].proposal.origin);
  }
}

TEST(Sessions, OneIsStoppedAndTheOthersResultIsWhatItIsAlone) {
  const Target first = voiceTarget(1), second = voiceTarget(5);
  SessionObserver nobody;
  const std::vector<Candidate> alone = run(first, nobody, {}, 300);
  ASSERT_FALSE(alone.empty());

  std::stop_source stop;
  Stopper stopper(stop);
  std::vector<Candidate> beside, stopped;
  std::thread other([&] { stopped = run(second, stopper, stop.get_token(), 1'000'000); });
  beside = run(first, nobody, {}, 300);
  other.join();
  expectSame(alone, beside);
  EXPECT_TRUE(stop.stop_requested());
  EXPECT_FALSE(stopped.empty()) << "the best so far is kept";
  EXPECT_LT(stopper.renders, 200u) << "it ends with the batch in hand";
}

TEST(Sessions, AStopBeforeItBeginsLeavesNothing) {
  std::stop_source stop;
  stop.request_stop();
  SessionObserver nobody;
  EXPECT_TRUE(run(voiceTarget(1), nobody, stop.get_token(), 300).empty());
}

}  // namespace
}  // namespace patchpilot
