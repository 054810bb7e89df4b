#pragma once

#include "listen/candidate.h"
#include "synth/engine.h"

#include <functional>
#include <limits>
#include <span>
#include <stop_token>
#include <string>

namespace patchpilot {

/// A render that is asked for.
struct Trial {
  Proposal proposal;
  std::optional<double> partLimit =
      {};  ///< the render may be cut after its first part; see `ListenerOptions`
  double keepWithin = std::numeric_limits<double>::infinity();   ///< above this distance the sound is not
                                                                 ///< kept: a megabyte and a half to copy
  double exactWithin = std::numeric_limits<double>::infinity();  ///< a greater distance need not be exact,
                                                                 ///< but is still above this
};

/// What a trial gave.
struct Outcome {
  std::optional<Candidate> candidate;  ///< none if the render failed, was cut, or was not made
  bool wasCut = false;
  std::string problem;  ///< why the render failed, in a few words; else empty
};

struct ListenerOptions {
  int velocity = 100;         ///< MIDI
  std::stop_token stop = {};  ///< no more is rendered once a stop is requested
  double partSeconds = 0;     ///< length of the first part of a render; 0: no render is cut
  /// Whether the rest of a trial with a `partLimit` is wanted, once its first part is there. Called by any
  /// thread.
  std::function<bool(const Trial& trial, const StereoView& part)> mayContinue = {};
};

/// Renders trials at the note and for the length of a target, and measures how far they lie from it. All
/// methods are heard through this loop, so that they agree on what failed, what was cut, and what is no
/// sound.
class Listener {
 public:
  /// @param target, engines  must outlive the listener
  Listener(const Target& target, Objective objective, const Engines& engines, ListenerOptions options = {});

  /// Told of each trial that was heard, by any thread, one at a time.
  using OnHeard = std::function<void(std::size_t index, Outcome outcome)>;

  /// Renders all trials, each with its engine, on all of the engine's cores. Trials that were not begun
  /// before a stop are not told of.
  /// @throws Error (plugin) as `Engine::render`
  void hear(std::span<const Trial> trials, const OnHeard& onHeard) const;

  /// The same, kept in the order of the trials.
  std::vector<Outcome> hear(std::span<const Trial> trials) const;

 private:
  const Target& target_;
  Objective objective_;
  const Engines& engines_;
  ListenerOptions options_;
};

}  // namespace patchpilot
