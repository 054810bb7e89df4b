#pragma once

#include "learn/sound_groups.h"
#include "learn/task.h"

namespace patchpilot {

/// Training an embedder for the synth of some libraries, so that near means alike to the ear, whatever the
/// note: groups of patches are rendered under several notes, and the distances of their vectors are to be
/// their MSS. Judged by what searching for patches that are held back finds.
Task embedderTask();

/// What the task is about: where groups came from.
struct GroupsOrigin {
  std::string name;              ///< of the data, for checkpoints
  std::string synth, synthName;  ///< id of the plug-in, and its name
};

/// The data of that task, of groups that are there. @param dimension  of the embedder, for its description
std::unique_ptr<TaskData> embedderData(GroupedData groups, const GroupsOrigin& origin, int dimension);

}  // namespace patchpilot
