#pragma once

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

namespace patchpilot {

/// While it lives, this thread runs networks: on one core, and keeping nothing to train them by.
class Inference {
 public:
  /// The module has set the number of threads; a thread that is new to LibTorch does not know it yet.
  Inference() { at::init_num_threads(); }

 private:
  at::NoGradGuard noGradients_;
};

}  // namespace patchpilot
