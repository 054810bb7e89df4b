#pragma once

#include "search/cut_rule.h"
#include "search/searcher.h"
#include "synth/engine.h"

#include <span>
#include <vector>

namespace patchpilot {

/// Renders trials and measures them against a target.
class TrialRenderer {
 public:
  virtual ~TrialRenderer() = default;

  /// @return one outcome per trial, in order
  virtual std::vector<Outcome> render(std::span<const Trial> trials) = 0;
};

/// Renders with engines, and cuts what lies too far off.
class EngineRenderer : public TrialRenderer {
 public:
  /// @param target, engines  must outlive this
  /// @param cutRule          null: renders are never cut; must outlive this
  EngineRenderer(const Target& target, const Objective& objective, const Engines& engines, int velocity,
                 const CutRule* cutRule, std::stop_token stop);

  std::vector<Outcome> render(std::span<const Trial> trials) override { return listener_.hear(trials); }

 private:
  Listener listener_;
};

}  // namespace patchpilot
