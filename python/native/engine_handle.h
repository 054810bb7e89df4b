#pragma once

#include "synth/plugin_engine.h"

#include <pybind11/pybind11.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace patchpilot::python {

namespace py = pybind11;

/// An engine as Python holds it. A plug-in's workers are started for renders of four seconds, and anew for
/// longer ones.
class EngineHandle {
 public:
  /// @param workers  see `RenderPoolOptions`; of no use for an engine that is built in
  explicit EngineHandle(std::shared_ptr<Engine> engine, int workers = 0);

  Engine& engine() const { return *engine_; }

  /// The engine, which can render so long.
  std::shared_ptr<Engine> lasting(double seconds);

  /// The right to render. An engine renders for one thread at a time; the thread that has the right may take
  /// it again.
  /// @throws Error (usage) if another thread renders with this engine
  std::unique_lock<std::recursive_mutex> takeTurn();

 private:
  std::shared_ptr<Engine> engine_;
  int workers_;
  double longestSeconds_ = RenderPoolOptions().longestSeconds;
  std::unique_ptr<std::recursive_mutex> rendering_ = std::make_unique<std::recursive_mutex>();
};

using EngineHandles = std::vector<std::shared_ptr<EngineHandle>>;

/// Opens what a user names: a `ParameterSpace`, "voice" (the built-in synthesizer), the name or file of a
/// space, or the name, id or file of an installed plug-in, for which a first space is made.
/// @throws Error (input, plugin, usage) as `loadSpace`, `choosePlugin` and `Synth::Synth`
std::shared_ptr<EngineHandle> openEngine(const std::string& name, int workers, SynthOptions options);
std::shared_ptr<EngineHandle> openEngine(ParameterSpace space, int workers, SynthOptions options);

}  // namespace patchpilot::python
