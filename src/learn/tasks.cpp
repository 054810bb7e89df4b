#include "learn/tasks.h"

#include "learn/embedder_task.h"
#include "learn/note_task.h"
#include "learn/patch_task.h"

namespace patchpilot {

const std::vector<Task>& tasks() {
  static const std::vector<Task> all{embedderTask(), regressionTask(), flowTask(), correctorTask(),
                                     noteTask()};
  return all;
}

}  // namespace patchpilot
