#pragma once

#include "preset/preset_file.h"
#include "synth/catalogue.h"
#include "synth/lv2_folder.h"
#include "synth/parameter_space.h"
#include "synth/patch.h"
#include "synth/worker_session.h"

#include <memory>
#include <mutex>
#include <optional>

namespace patchpilot {

/// One parameter as the plug-in reported it when it was loaded.
struct PluginParameter {
  int index = 0;           ///< among all of the plug-in's
  std::string id;          ///< VST3: ParamID in decimal; LV2: port symbol. Does not move
  std::string name;        ///< may change when another parameter does
  float defaultValue = 0;  ///< normalized
  int steps = 0;           ///< number of values of a discrete parameter, 0 for a continuous one
  bool boolean = false;
  std::string unit;
  std::string defaultText;
};

/// The parameters in a worker's answer to a load request.
std::vector<PluginParameter> pluginParameters(const LoadAnswer& loaded);

struct SynthOptions {
  std::optional<std::filesystem::path> base;  ///< preset that replaces the space's own base
  std::optional<Bytes> baseState;             ///< the same as bytes, as a library keeps it
  bool ownBase = false;                       ///< whether `baseState` is a preset that the user named
  std::optional<double> tempoBpm;             ///< of the transport that the plug-in follows; usual if empty
  ScanOptions scan;
  WorkerLimits limits;
  /// Told, in a line, what a user should know of how the synth is played; may be empty.
  std::function<void(const std::string& note)> onNote;
};

/// A parameter space and the plug-in that it is for, opened in a worker of its own: what turns
/// a patch into a sound. Rendering in bulk is `RenderPool`'s part. What is asked of the plug-in may be asked
/// by any thread; they take turns.
class Synth {
 public:
  /// @throws Error (plugin): not installed, or crashes, hangs or refuses when opened, or lacks a parameter
  /// that the space names; Error (input): a base preset that cannot be used.
  Synth(ParameterSpace space, SynthOptions options = {});

  const ParameterSpace& space() const { return space_; }
  const PluginInfo& plugin() const { return plugin_; }
  const std::vector<PluginParameter>& parameters() const { return parameters_; }

  /// The state that every patch is laid over: VST3, a .vstpreset; LV2, Turtle, or empty for the
  /// plug-in's own at load time.
  const Bytes& base() const { return base_; }

  /// The whole state of the plug-in with the patch applied: what a preset file holds.
  Bytes state(const Patch& patch);

  /// The same with `values` laid over the patch. For VST3 only: an LV2's are not exact.
  Bytes stateWith(const Patch& patch, const std::vector<ParameterValue>& values);

  /// The patch's values as the plug-in displays them, in the space's order; for a preset's
  /// state, as in `values`.
  std::vector<std::string> texts(const Patch& patch);

  /// What the plug-in would display of `values`, one after the other, with the patch applied.
  std::vector<std::string> textsOf(const Patch& patch, const std::vector<ParameterValue>& values);

  /// The value of each of the space's parameters with the patch applied, normalized. For a
  /// preset's state: what it holds of them.
  std::vector<float> values(const Patch& patch);

  /// The plug-in's default of each of the space's parameters, normalized.
  std::vector<float> defaults() const;

  /// All of the plug-in's parameters with the patch applied, in its order.
  std::vector<ParameterReading> readings(const Patch& patch);

  /// Whether patches are laid over a preset that someone can load, and not over what the space alone makes.
  bool hasBasePreset() const { return options_.base || options_.ownBase || !space_.base.preset.empty(); }

  /// The newest revision of its state's format that the plug-in reads (`Dialect::revision`); 0 if unknown.
  int newestRevision() const { return newestRevision_; }

  /// The base as it is sent to a worker; see `Dialect::complete`.
  const Bytes& completeBase() const { return completeBase_; }

  /// The request with which a new worker opens this plug-in.
  LoadRequest loadRequest() const;
  /// What a worker has to set to hear `patch`.
  AppliedPatch applied(const Patch& patch) const;

  /// Whether each render needs a new instance of the plug-in, because its sound depends on what it has played
  /// before. Found out by rendering a few patches at the first use of each version of the plug-in
  /// (`dependsOnHistory`), and told to `SynthOptions::onNote`. Callable by any thread.
  bool renewsInstances() const;

  /// The tempo that the plug-in is played at.
  double tempoBpm() const { return options_.tempoBpm.value_or(kUsualBpm); }

  const WorkerLimits& limits() const { return options_.limits; }

 private:
  void open();
  void resolveParameters();
  void makeBase();
  Bytes presetState(const std::filesystem::path& file);
  Bytes exactLv2State(const Bytes& state, const Patch& patch);
  std::map<std::string, float> exactPorts(const Patch& patch);
  AppliedPatch applied(const Patch& patch, const std::vector<ParameterValue>& values) const;
  Bytes completed(const Bytes& state) const;
  bool findWhetherItDependsOnHistory() const;
  template <typename Answer>
  Answer ask(const WorkerRequest& request);

  ParameterSpace space_;
  SynthOptions options_;
  PluginInfo plugin_;
  std::vector<PluginParameter> parameters_;
  std::vector<int> indices_;       ///< of the space's parameters in the plug-in
  std::vector<int> fixedIndices_;  ///< of the base's values
  std::vector<float> fixedValues_;
  Bytes base_, completeBase_;
  std::optional<std::map<std::string, PortRange>>
      portRanges_;  ///< of an LV2's controls, once they are asked for
  int newestRevision_ = 0;
  mutable std::optional<bool> renews_;  ///< see `renewsInstances`
  std::unique_ptr<WorkerSession> session_;
  std::unique_ptr<std::recursive_mutex> inUse_ = std::make_unique<std::recursive_mutex>();
};

/// The state that a preset holds, as `Patch::state` is, for a space's synth. No plug-in is needed.
/// @throws Error (input), without the preset's path, where it is another synth's, or of a format that this
/// synth does not read.
Bytes stateOfPreset(const PresetFile& preset, const ParameterSpace& space);

/// The patch that a preset is, with its whole state. @throws as `stateOfPreset`, and Error (input) where a
/// newer version of the synth has saved it.
Patch patchOfPreset(const PresetFile& preset, const Synth& synth);

/// A patch from a file, for `space`'s synth: JSON (an object of parameter keys and normalized
/// values, alone or under "parameters"), `.vstpreset`, `.fxp` where the synth reads those, or an
/// LV2 preset bundle.
/// @param program  which preset of a file that holds several, by its name or as `PresetFile::program`;
/// without it, the first that is this synth's
/// @throws Error (input) that names the file and what is wrong with it.
Patch readPatchFile(const std::filesystem::path& file, const ParameterSpace& space, const Synth& synth,
                    const std::string& program = "");

}  // namespace patchpilot
