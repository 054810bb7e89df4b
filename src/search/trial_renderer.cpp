#include "search/trial_renderer.h"

namespace patchpilot {

std::vector<Outcome> PoolRenderer::render(std::span<const Trial> trials) {
  std::vector<Outcome> outcomes(trials.size());
  for (std::size_t synth = 0; synth < instruments_.size(); ++synth) renderWith(synth, trials, outcomes);
  return outcomes;
}

void PoolRenderer::renderWith(std::size_t synth, std::span<const Trial> trials,
                              std::vector<Outcome>& outcomes) {
  std::size_t position = 0;
  const auto next = [&]() -> std::optional<RenderJob> {
    while (position < trials.size() && trials[position].proposal.synth != synth) ++position;
    if (position == trials.size() || stopped_()) return std::nullopt;
    const Trial& trial = trials[position];
    return RenderJob{position++, &trial.proposal.patch, noteOf(trial.proposal, target_, velocity_),
                     target_.sound.seconds(), cutRule_ && trial.partLimit ? CutRule::kPartSeconds : 0};
  };
  const auto done = [&](const RenderOutcome& rendered) {
    const Trial& trial = trials[rendered.tag];
    Outcome& outcome = outcomes[rendered.tag];
    outcome.wasCut = rendered.status == RenderOutcome::Status::cut;
    outcome.candidate = heard(target_, trial.proposal, rendered, outcome.problem, trial.keepWithin);
  };
  const auto goOn = [&](std::uint64_t tag, const StereoView& part) {
    return cutRule_->mayContinue(part.left, part.right, *trials[tag].partLimit);
  };
  if (cutRule_) instruments_[synth].pool->run(next, done, goOn);
  else instruments_[synth].pool->run(next, done);
}

}  // namespace patchpilot
