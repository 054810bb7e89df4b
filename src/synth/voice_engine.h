#pragma once

#include "synth/engine.h"

namespace patchpilot {

/// A small synthesizer that is built in: two oscillators, a low-pass filter, an envelope. It is
/// deterministic, needs no process, and renders a second of sound in some milliseconds: for tests, and for
/// methods that need very many renders or a synthesizer that they can look into. Mono, the same in both
/// channels.
class VoiceEngine : public Engine {
 public:
  VoiceEngine();

  const ParameterSpace& space() const override { return space_; }
  std::string name() const override { return "Voice"; }

  /// On the calling thread, one job after the other.
  void render(const NextJob& next, const JobDone& done, const GoOn& goOn = {},
              std::stop_token stop = {}) override;

  /// @throws Error (plugin) for a preset's state, which this engine does not have
  std::vector<float> values(const Patch& patch) override;
  std::vector<float> defaults() const override;
  /// @throws Error (plugin) always
  Bytes state(const Patch& patch) override;
  std::vector<std::string> texts(const Patch& patch) override;

 private:
  ParameterSpace space_;
};

}  // namespace patchpilot
