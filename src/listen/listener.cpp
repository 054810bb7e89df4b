#include "listen/listener.h"

#include <mutex>

namespace patchpilot {

Listener::Listener(const Target& target, Objective objective, const Engines& engines, ListenerOptions options)
    : target_(target), objective_(std::move(objective)), engines_(engines), options_(std::move(options)) {}

void Listener::hear(std::span<const Trial> trials, const OnHeard& onHeard) const {
  std::mutex mutex;
  const auto done = [&](const RenderOutcome& rendered) {
    const Trial& trial = trials[rendered.tag];
    Outcome outcome;
    outcome.wasCut = rendered.status == RenderOutcome::Status::cut;
    outcome.candidate = heard(target_, objective_, trial.proposal, rendered, outcome.problem,
                              trial.keepWithin, trial.exactWithin);
    std::lock_guard lock(mutex);
    onHeard(rendered.tag, std::move(outcome));
  };
  const bool cuts = options_.partSeconds > 0 && options_.mayContinue;
  const auto goOn = [&](std::uint64_t tag, const StereoView& part) {
    return options_.mayContinue(trials[tag], part);
  };
  for (std::size_t engine = 0; engine < engines_.size(); ++engine) {
    std::size_t position = 0;
    const auto next = [&]() -> std::optional<RenderJob> {
      while (position < trials.size() && trials[position].proposal.synth != engine) ++position;
      if (position == trials.size()) return std::nullopt;
      const std::size_t index = position++;
      const Trial& trial = trials[index];
      return RenderJob{index, &trial.proposal.patch, noteOf(trial.proposal, target_, options_.velocity),
                       target_.sound.seconds(), cuts && trial.partLimit ? options_.partSeconds : 0};
    };
    engines_[engine]->render(next, done, cuts ? GoOn(goOn) : GoOn(), options_.stop);
  }
}

std::vector<Outcome> Listener::hear(std::span<const Trial> trials) const {
  std::vector<Outcome> outcomes(trials.size());
  hear(trials, [&](std::size_t index, Outcome outcome) { outcomes[index] = std::move(outcome); });
  return outcomes;
}

}  // namespace patchpilot
