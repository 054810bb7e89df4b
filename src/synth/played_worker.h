#pragma once

#include "base/process.h"
#include "protocol/render_slots.h"
#include "synth/history_check.h"
#include "synth/worker_session.h"

namespace patchpilot {

/// Plays short notes of some patches in one worker, to find out whether its plug-in depends on what it has
/// played.
class PlayedWorker {
 public:
  /// @param session  must outlive this; its plug-in is opened anew by `PlayedPlugin::renew`
  /// @param load     opens the plug-in; its memory is set here
  PlayedWorker(WorkerSession& session, LoadRequest load, WorkerLimits limits,
               std::vector<AppliedPatch> patches);

  /// What `dependsOnHistory` takes; valid as long as this. It throws as `WorkerSession` does.
  PlayedPlugin plugin();

 private:
  AudioBuffer play(std::size_t patch);

  WorkerSession& session_;
  LoadRequest load_;
  WorkerLimits limits_;
  std::vector<AppliedPatch> patches_;
  SharedMemory memory_;
  RenderSlots slots_;
};

}  // namespace patchpilot
