#pragma once

#include "synth/render_pool.h"
#include "synth/synth.h"

#include <memory>

namespace patchpilot {

/// A synth that can be rendered with.
struct Instrument {
  std::shared_ptr<Synth> synth;
  std::unique_ptr<RenderPool> pool;
};

}  // namespace patchpilot
