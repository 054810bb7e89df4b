#pragma once

#include "base/interrupt.h"
#include "listen/candidate.h"
#include "synth/engine.h"

#include <functional>
#include <limits>
#include <span>
#include <string>

namespace patchpilot {

/// A proposal to be rendered, and what is known before of the use of its render.
struct Trial {
  Proposal proposal;
  /// The render is cut after its first part if that part lies farther from the target's than this, in MSS.
  double partLimit = std::numeric_limits<double>::infinity();
  /// The sound of a render that lies farther from the target is not kept: most are of no use, and a megabyte
  /// and a half to copy.
  double keepWithin = std::numeric_limits<double>::infinity();
};

/// What became of a trial.
struct Hearing {
  std::optional<Candidate> candidate;  ///< none if the render was cut or failed
  bool cut = false;
  std::string problem;  ///< why it failed, in a few words; empty if it did not
};

struct ListenerOptions {
  int velocity = 100;                       ///< MIDI
  std::stop_token stop = interruptToken();  ///< no more is rendered once a stop is requested
  double partSeconds = 0;                   ///< length of the first part; 0: no render is cut
};

/// Renders trials at the note and for the length of a target, and measures how far they lie from it. All
/// methods are heard through this loop, so that they agree on what failed, what was cut, and what is no
/// sound.
class Listener {
 public:
  /// @param target, engines  must outlive the listener
  Listener(const Target& target, const Engines& engines, ListenerOptions options = {});

  /// Told of each trial that was heard, by any thread, one at a time.
  using OnHeard = std::function<void(std::size_t index, Hearing hearing)>;

  /// Renders all trials, each with its engine, all cores at once. Trials that were not begun before a stop
  /// are not told of.
  /// @throws Error (plugin) as `Engine::render`
  void hear(std::span<const Trial> trials, const OnHeard& onHeard) const;

  /// The same, kept in the order of the trials.
  std::vector<Hearing> hear(std::span<const Trial> trials) const;

  /// MSS between the first parts of the target and of a sound that is at least as long; 0 if no render is
  /// cut.
  double partDistance(const AudioBuffer& sound) const;

  /// Whether renders may be cut: a first part was asked for, and the target is at least twice as long.
  bool cuts() const { return partFrames_ > 0; }

 private:
  const Target& target_;
  const Engines& engines_;
  ListenerOptions options_;
  std::size_t partFrames_ = 0;
  MssSpectrum targetPart_;
};

}  // namespace patchpilot
