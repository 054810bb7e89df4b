#pragma once

#include "synth/render_job.h"
#include "synth/synth.h"

#include <atomic>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>

namespace patchpilot {

struct RenderPoolOptions {
  int workers = 0;            ///< 0: one for each core
  double longestSeconds = 4;  ///< no job listens longer
};

/// Worker processes that render for one synth. A worker that dies costs one render: another takes
/// its place and the patch is tried once more; the patch that kills two is given up.
class RenderPool {
 public:
  /// @param synth must outlive the pool. Workers start at once, in parallel.
  RenderPool(const Synth& synth, RenderPoolOptions options);
  ~RenderPool();

  /// As `Engine::render`. `done` and `goOn` are called by one thread a worker; the worker goes on while
  /// `goOn` decides.
  /// @param stop  also ends the wait for a worker that stands still (SIGSTOP); if it is none, the token of
  ///              the synth's `WorkerLimits` does
  /// @throws Error (plugin) if the first patches all kill their workers, or a worker cannot be replaced;
  /// whatever `next`, `done` or `goOn` throw
  void run(const NextJob& next, const JobDone& done, const GoOn& goOn = {}, std::stop_token stop = {});

  /// As `patchpilot::renderAll`.
  std::vector<std::optional<AudioBuffer>> renderAll(const std::vector<RenderJob>& jobs,
                                                    const std::stop_token& stop = {}) {
    return collectRenders(jobs, [&](const NextJob& next, const JobDone& done) { run(next, done, {}, stop); });
  }

  int workers() const { return int(seats_.size()); }

  /// Process ids of the workers that there are now, for tests. Callable from any thread, during a run as
  /// well.
  std::vector<int> processIds() const;

 private:
  class Seat;
  struct Run;

  const Synth& synth_;
  std::vector<std::unique_ptr<Seat>> seats_;
  std::atomic<long> rendered_{0};
  std::atomic<long> killed_{0};
};

/// Renders one patch, in a pool of one worker. @throws Error (plugin) where it fails, or if a stop is
/// requested before
AudioBuffer renderOnce(const Synth& synth, const Patch& patch, const Note& note, double seconds,
                       const std::stop_token& stop = {});

}  // namespace patchpilot
