#include "learn/tasks.h"

#include "learn/embedder_task.h"

namespace patchpilot {

const std::vector<Task>& tasks() {
  static const std::vector<Task> all{embedderTask()};
  return all;
}

}  // namespace patchpilot
