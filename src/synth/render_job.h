#pragma once

#include "audio/buffer.h"
#include "synth/patch.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

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
  float idleRms = 0;    ///< level just before the note, linear: what a plug-in sounds by itself
};

using NextJob = std::function<std::optional<RenderJob>()>;
using JobDone = std::function<void(const RenderOutcome& outcome)>;
using GoOn = std::function<bool(std::uint64_t tag, const StereoView& part)>;

/// Hands all jobs to something that renders, and keeps the sounds in the order of the jobs; nothing for one
/// that failed or was not begun.
std::vector<std::optional<AudioBuffer>> collectRenders(
    const std::vector<RenderJob>& jobs,
    const std::function<void(const NextJob& next, const JobDone& done)>& render);

}  // namespace patchpilot
