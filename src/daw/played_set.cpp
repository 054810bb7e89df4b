#include "daw/played_set.h"

#include "audio/level.h"
#include "audio/resample.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

PlayedSound played(const AudioBuffer& sound, double gainDb, double sampleRateHz) {
  if (sound.frames() == 0) return {};
  PlayedSound result{resample(sound.channel(0), sound.sampleRateHz(), sampleRateHz),
                     resample(sound.channel(1), sound.sampleRateHz(), sampleRateHz)};
  const auto gain = float(dbToAmplitude(gainDb));
  for (auto* channel : {&result.left, &result.right})
    for (float& sample : *channel) sample *= gain;
  return result;
}

}  // namespace

std::unique_ptr<PlayedSet> playedSet(const TakenSound* sound, Part target,
                                     const std::map<int, CandidateRender>& renders, double sampleRateHz) {
  auto set = std::make_unique<PlayedSet>();
  set->sounds.resize(1 + std::size_t(renders.empty() ? 0 : renders.rbegin()->first));
  if (sound != nullptr) {
    set->sounds[0] = played(cut(sound->audio, target), 0, sampleRateHz);
    if (sound->timelineSeconds)
      set->timeline = std::llround((*sound->timelineSeconds + target.start) * sampleRateHz);
  }
  for (const auto& [rank, render] : renders)
    set->sounds[std::size_t(rank)] = played(render.sound, render.gainDb, sampleRateHz);
  return set;
}

}  // namespace patchpilot
