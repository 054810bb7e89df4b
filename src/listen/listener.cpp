#include "listen/listener.h"

#include <algorithm>
#include <cmath>
#include <mutex>

namespace patchpilot {

namespace {

AudioBuffer firstPart(const AudioBuffer& sound, std::size_t frames) {
  AudioBuffer part(sound.channels(), std::min(frames, sound.frames()));
  for (int channel = 0; channel < sound.channels(); ++channel)
    std::copy_n(sound.channel(channel).begin(), part.frames(), part.channel(channel).begin());
  return part;
}

}  // namespace

Listener::Listener(const Target& target, const Engines& engines, ListenerOptions options)
    : target_(target), engines_(engines), options_(std::move(options)) {
  const auto frames = std::size_t(options_.partSeconds * kSampleRateHz);
  if (frames == 0 || target.sound.frames() <= 2 * frames) return;
  partFrames_ = frames;
  targetPart_ = mssSpectrum(firstPart(target.sound, frames));
}

double Listener::partDistance(const AudioBuffer& sound) const {
  return cuts() ? mss(targetPart_, mssSpectrum(firstPart(sound, partFrames_))) : 0;
}

void Listener::hear(std::span<const Trial> trials, const OnHeard& onHeard) const {
  std::mutex mutex;
  const auto done = [&](const RenderOutcome& outcome) {
    const Trial& trial = trials[outcome.tag];
    Hearing hearing;
    hearing.cut = outcome.status == RenderOutcome::Status::cut;
    hearing.candidate = heard(target_, trial.proposal, outcome, hearing.problem, trial.keepWithin);
    std::lock_guard lock(mutex);
    onHeard(outcome.tag, std::move(hearing));
  };
  const auto goOn = [&](std::uint64_t tag, const StereoView& part) {
    const auto spectrum = finiteMssSpectrum(part.left, part.right);
    return !spectrum || mss(targetPart_, *spectrum) <= trials[tag].partLimit;
  };
  for (std::size_t engine = 0; engine < engines_.size(); ++engine) {
    std::size_t position = 0;
    const auto next = [&]() -> std::optional<RenderJob> {
      while (position < trials.size() && trials[position].proposal.synth != engine) ++position;
      if (position == trials.size()) return std::nullopt;
      const std::size_t index = position++;
      const Trial& trial = trials[index];
      const bool mayBeCut = cuts() && std::isfinite(trial.partLimit);
      return RenderJob{index, &trial.proposal.patch, noteOf(trial.proposal, target_, options_.velocity),
                       target_.sound.seconds(), mayBeCut ? options_.partSeconds : 0};
    };
    engines_[engine]->render(next, done, cuts() ? GoOn(goOn) : GoOn(), options_.stop);
  }
}

std::vector<Hearing> Listener::hear(std::span<const Trial> trials) const {
  std::vector<Hearing> hearings(trials.size());
  hear(trials, [&](std::size_t index, Hearing hearing) { hearings[index] = std::move(hearing); });
  return hearings;
}

}  // namespace patchpilot
