#pragma once

#include "match/session.h"
#include "propose/random.h"
#include "synth/voice_engine.h"

#include <gtest/gtest.h>

namespace patchpilot {

/// A patch that `VoiceEngine` draws.
inline std::vector<float> voiceValues(std::uint64_t seed) { return VoiceEngine().space().draw(99, seed); }

/// The sound of such a patch.
inline Target voiceTarget(std::uint64_t seed, double seconds = 0.4) {
  VoiceEngine voice;
  const Patch patch = Patch::point(voiceValues(seed));
  Target target;
  target.note = 57;
  target.lengthSeconds = seconds / 2;
  target.sound =
      renderAll(voice, {RenderJob{0, &patch, Note{57, 100, seconds / 2}, seconds}}).front().value();
  target.spectrum = mssSpectrum(target.sound);
  return target;
}

inline std::shared_ptr<Proposer> randomProposer(const Engines& engines, std::uint64_t seed = 1) {
  ProposerContext context;
  context.engines = &engines;
  context.seed = seed;
  return std::make_shared<RandomProposer>(context);
}

}  // namespace patchpilot
