// Adds a metric, and has a session search by it: one file, nothing under src/ touched.
#include "audio/level.h"
#include "drill_support.h"

#include <cmath>

namespace patchpilot {
namespace {

/// The difference of the levels of two sounds, in dB, which MSS does not hear.
const Metric kLevel{
    "level", "Level", "dB", false, 0, 1, nullptr, [](const AudioBuffer& target) -> Comparison {
      return [own = rmsDb(target)](const AudioBuffer& sound) { return std::abs(own - rmsDb(sound)); };
    }};

TEST(MetricDrill, ASessionRefinesByANewMetric) {
  const Engines engines{std::make_shared<VoiceEngine>()};
  const Target target = voiceTarget(2);
  SessionObserver observer;
  const auto refined = [&](Objective objective) {
    Session session(target, engines, {randomProposer(engines)},
                    {.proposals = 20, .objective = std::move(objective), .mayRefine = true}, observer, {});
    session.rank();
    session.refine({.renders = 300});
    return session.candidates();
  };
  const Ruler ruler({kLevel}, target.sound);
  const auto least = [&](Objective objective) {
    double least = 1e9;
    for (const Candidate& candidate : refined(std::move(objective)))
      if (candidate.sound.frames() > 0)
        least = std::min(least, ruler.measure(candidate.sound).at(kLevel.name));
    return least;
  };
  const double byLevel = least(objectiveOf(kLevel, target)), byMss = least({});
  EXPECT_LT(byLevel, 0.05);
  EXPECT_LE(byLevel, byMss);
}

}  // namespace
}  // namespace patchpilot
