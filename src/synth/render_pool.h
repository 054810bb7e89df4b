#pragma once

#include "audio/buffer.h"
#include "synth/synth.h"

#include <atomic>
#include <functional>
#include <optional>
#include <span>

namespace patchpilot {

/// A sound that someone else holds: two channels of equal length, at 44.1 kHz.
struct StereoView {
  std::span<const float> left;
  std::span<const float> right;

  AudioBuffer copy() const;
  /// Whether every sample is a number.
  bool isFinite() const;
};

/// One render to make.
struct RenderJob {
  std::uint64_t tag = 0;         ///< the caller's own; comes back with the outcome
  const Patch* patch = nullptr;  ///< must live until the outcome
  Note note;
  double seconds = 4;      ///< how long to listen, from the note's start
  double partSeconds = 0;  ///< above 0: `goOn` is asked when so much has been made
  bool wantState = false;  ///< whether the state is wanted that the plug-in saves after loading the patch
};

struct RenderOutcome {
  enum class Status {
    ok,
    killed,   ///< two workers crashed or hung on it
    refused,  ///< the plug-in did not take the patch
    cut,      ///< `goOn` did not want the rest
  };

  std::uint64_t tag = 0;
  Status status = Status::ok;
  std::string problem;  ///< in a few words, where not ok
  StereoView audio;     ///< where ok; valid during the call it is handed to
  Bytes state;          ///< where ok and wanted
};

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

  /// Renders jobs until `next` has none, or Ctrl-C.
  /// @param next  called by one thread at a time
  /// @param done  called by several threads at a time, one per worker, in no certain order
  /// @param goOn  whether the rest of a render is wanted, from the part that `RenderJob::partSeconds` names;
  /// called as
  ///              `done` is, while the worker goes on. Whether a render that is nearly made already ends as
  ///              `cut` or `ok` depends on neither the worker nor the time: one that is not wanted is `cut`
  /// @throws Error (plugin) where the first patches all kill their workers, or a worker cannot be
  ///         replaced; whatever `next` or `done` throw.
  void run(const std::function<std::optional<RenderJob>()>& next,
           const std::function<void(const RenderOutcome&)>& done,
           const std::function<bool(std::uint64_t tag, const StereoView& part)>& goOn = {});

  /// Renders all jobs and keeps the sounds, in the order of the jobs; nothing for one that failed.
  std::vector<std::optional<AudioBuffer>> renderAll(const std::vector<RenderJob>& jobs);

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

/// Renders one patch, in a pool of one worker. @throws Error (plugin) where it fails.
AudioBuffer renderOnce(const Synth& synth, const Patch& patch, const Note& note, double seconds);

}  // namespace patchpilot
