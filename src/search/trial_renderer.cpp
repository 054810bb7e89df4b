#include "search/trial_renderer.h"

namespace patchpilot {

namespace {

ListenerOptions listenerOptions(int velocity, const CutRule* cutRule, std::stop_token stop) {
  ListenerOptions options;
  options.velocity = velocity;
  options.stop = std::move(stop);
  if (cutRule == nullptr) return options;
  options.partSeconds = CutRule::kPartSeconds;
  options.mayContinue = [cutRule](const Trial& trial, const StereoView& part) {
    return cutRule->mayContinue(part.left, part.right, *trial.partLimit);
  };
  return options;
}

}  // namespace

EngineRenderer::EngineRenderer(const Target& target, const Objective& objective, const Engines& engines,
                               int velocity, const CutRule* cutRule, std::stop_token stop)
    : listener_(target, objective, engines, listenerOptions(velocity, cutRule, std::move(stop))) {}

}  // namespace patchpilot
