#pragma once

#include "search/cut_rule.h"
#include "search/searcher.h"
#include "synth/instrument.h"

#include <functional>
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

/// Renders with the worker processes of some instruments.
class PoolRenderer : public TrialRenderer {
 public:
  /// @param target, instruments  must outlive this
  /// @param cutRule              null: renders are never cut; must outlive this
  /// @param stopped              no render is begun once it returns true; called by one thread at a time
  PoolRenderer(const Target& target, std::vector<Instrument>& instruments, int velocity,
               const CutRule* cutRule, std::function<bool()> stopped)
      : target_(target),
        instruments_(instruments),
        velocity_(velocity),
        cutRule_(cutRule),
        stopped_(std::move(stopped)) {}

  std::vector<Outcome> render(std::span<const Trial> trials) override;

 private:
  void renderWith(std::size_t synth, std::span<const Trial> trials, std::vector<Outcome>& outcomes);

  const Target& target_;
  std::vector<Instrument>& instruments_;
  int velocity_;
  const CutRule* cutRule_;
  std::function<bool()> stopped_;
};

}  // namespace patchpilot
