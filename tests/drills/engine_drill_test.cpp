// Adds an engine: one file, no process, nothing under src/ touched.
#include "drill_support.h"

#include <cmath>

namespace patchpilot {
namespace {

/// A sine whose pitch and decay are searched.
class SineEngine : public Engine {
 public:
  const ParameterSpace& space() const override { return space_; }
  std::string name() const override { return "Sine"; }

  void render(const NextJob& next, const JobDone& done, const GoOn&, std::stop_token stop) override {
    std::vector<float> sound;
    while (!stop.stop_requested()) {
      const auto job = next();
      if (!job) return;
      const std::vector<float> v = values(*job->patch);
      const double hertz = 440 * std::exp2((job->note.midi - 69 + 24 * v[0] - 12) / 12.0);
      sound.resize(std::size_t(job->seconds * kSampleRateHz));
      for (std::size_t i = 0; i < sound.size(); ++i) {
        const double t = double(i) / kSampleRateHz;
        sound[i] = float(0.5 * std::exp(-t * 20 * v[1]) * std::sin(2 * 3.14159265358979 * hertz * t));
      }
      done({.tag = job->tag, .audio = {sound, sound}});
    }
  }

  std::vector<float> values(const Patch& patch) override {
    return patch.values().empty() ? defaults() : patch.values();
  }
  std::vector<float> defaults() const override { return {0.5f, 0.5f}; }
  Bytes state(const Patch&) override { return {}; }
  std::vector<std::string> texts(const Patch&) override { return {"", ""}; }

 private:
  ParameterSpace space_ = parseSpace(R"(
format = 1
name = "sine"
[synth]
format = "built-in"
id = "sine"
[[parameter]]
key = "pitch"
kind = "continuous"
[[parameter]]
key = "decay"
kind = "continuous"
)",
                                     "the drill's space");
};

TEST(EngineDrill, ASessionFindsThePatchOfANewEngine) {
  const Engines engines{std::make_shared<SineEngine>()};
  const Patch truth = Patch::point({0.31f, 0.7f});
  Target target;
  target.note = 60;
  target.lengthSeconds = 0.2;
  target.sound = renderAll(*engines[0], {RenderJob{0, &truth, Note{60, 100, 0.2}, 0.3}}).front().value();
  target.spectrum = mssSpectrum(target.sound);
  SessionObserver observer;
  Session session(target, engines, {randomProposer(engines)}, {.proposals = 20, .mayRefine = true}, observer,
                  {});
  session.rank();
  const double ranked = session.candidates().front().mss;
  session.refine({.renders = 400});
  const Candidate& best = session.candidates().front();
  EXPECT_LT(best.mss, 0.5 * ranked);
  EXPECT_NEAR(best.proposal.patch.values()[0], truth.values()[0], 0.02);
}

}  // namespace
}  // namespace patchpilot
