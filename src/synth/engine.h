#pragma once

#include "synth/parameter_space.h"
#include "synth/render_job.h"

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace patchpilot {

class Synth;

/// Turns patches and notes into sound. The engines are a plug-in hosted in worker processes (`PluginEngine`)
/// and a small synthesizer that is built in (`VoiceEngine`). A method that needs no more than this works with
/// any of them.
///
/// The functions that ask about one patch may be called by any thread, also while `render` runs; `render`
/// itself by one thread at a time.
class Engine {
 public:
  virtual ~Engine() = default;

  /// The parameters that are searched.
  virtual const ParameterSpace& space() const = 0;

  /// Name and version, for people.
  virtual std::string name() const = 0;

  /// Renders jobs until `next` has none, or a stop is requested; then no new job is begun.
  /// @param next  called by one thread at a time
  /// @param done  called by several threads at a time, in no certain order. `RenderOutcome::audio` is valid
  /// during the call
  /// @param goOn  whether the rest of a render is wanted, asked when `RenderJob::partSeconds` of it are
  /// there; called as `done` is. Which outcome a job has does not depend on time or on the number of threads
  /// @throws Error (plugin) if the engine cannot render at all; whatever `next`, `done` or `goOn` throw
  virtual void render(const NextJob& next, const JobDone& done, const GoOn& goOn = {},
                      std::stop_token stop = {}) = 0;

  /// The value of each parameter of the space with the patch applied, normalized. Of a preset: what its state
  /// holds.
  /// @throws Error (plugin) if the engine fails on the patch
  virtual std::vector<float> values(const Patch& patch) = 0;

  /// The engine's own default of each parameter of the space, normalized.
  virtual std::vector<float> defaults() const = 0;

  /// The whole state with the patch applied, as `Patch::state`.
  /// @throws Error (plugin) if the engine fails on the patch, or keeps no state beside the values of its
  /// space
  virtual Bytes state(const Patch& patch) = 0;

  /// The values of the space's parameters as the engine displays them, with the patch applied.
  virtual std::vector<std::string> texts(const Patch& patch) = 0;

  /// The hosted plug-in, of which preset files and recipes are made; null for an engine that is built in.
  virtual Synth* plugin() { return nullptr; }
};

using Engines = std::vector<std::shared_ptr<Engine>>;

/// Renders all jobs and keeps the sounds, in the order of the jobs; nothing for one that failed, or that was
/// not begun before a stop was requested.
std::vector<std::optional<AudioBuffer>> renderAll(Engine& engine, const std::vector<RenderJob>& jobs,
                                                  std::stop_token stop = {});

/// The plug-in of an engine. @throws Error (usage) for an engine that is built in, as it has no preset files
Synth& pluginOf(Engine& engine);

}  // namespace patchpilot
