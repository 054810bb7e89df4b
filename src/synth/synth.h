#pragma once

#include "preset/preset_file.h"
#include "synth/catalogue.h"
#include "synth/lv2_folder.h"
#include "synth/parameter_space.h"
#include "synth/patch.h"
#include "synth/worker_session.h"

#include <memory>
#include <optional>

namespace patchpilot {

/// One parameter as the plug-in reported it when it was loaded.
struct PluginParameter {
  int index = 0;            ///< among all of the plug-in's
  std::string id;           ///< VST3: ParamID in decimal; LV2: port symbol. Does not move
  std::string name;         ///< may change when another parameter does
  float defaultValue = 0;   ///< normalized
  int steps = 0;            ///< number of values of a discrete parameter, 0 for a continuous one
  bool boolean = false;
  std::string unit;
  std::string defaultText;
};

/// The parameters in a worker's answer to a load request.
std::vector<PluginParameter> pluginParameters(const nlohmann::json& loaded);

struct SynthOptions {
  std::optional<std::filesystem::path> base;  ///< preset that replaces the space's own base
  std::optional<Bytes> baseState;             ///< the same as bytes, as a library keeps it
  ScanOptions scan;
  WorkerLimits limits;
};

/// A parameter space and the plug-in that it is for, opened in a worker of its own: what turns
/// a patch into a sound. Rendering in bulk is `RenderPool`'s part.
class Synth {
 public:
  /// @throws Error (plugin): not installed, or crashes, hangs or refuses when opened, or lacks a
  ///         parameter that the space names; Error (input): a base preset that cannot be used.
  Synth(ParameterSpace space, SynthOptions options = {});

  const ParameterSpace& space() const { return space_; }
  const PluginInfo& plugin() const { return plugin_; }
  const std::vector<PluginParameter>& parameters() const { return parameters_; }

  /// The state that every patch is laid over: VST3, a .vstpreset; LV2, Turtle, or empty for the
  /// plug-in's own at load time.
  const Bytes& base() const { return base_; }

  /// The whole state of the plug-in with the patch applied: what a preset file holds.
  Bytes state(const Patch& patch);

  /// The patch's values as the plug-in displays them, in the space's order; for a preset's
  /// state, as in `values`.
  std::vector<std::string> texts(const Patch& patch);

  /// The value of each of the space's parameters with the patch applied, normalized. For a
  /// preset's state: what it holds of them.
  std::vector<float> values(const Patch& patch);

  /// The request with which a new worker opens this plug-in.
  nlohmann::json loadRequest() const;
  /// The request that tells a new worker the base.
  nlohmann::json baseRequest() const;
  /// Adds what `patch` sets to a request: values by parameter index, or a state.
  void addPatch(nlohmann::json& request, const Patch& patch) const;

  const WorkerLimits& limits() const { return options_.limits; }

 private:
  void open();
  void resolveParameters();
  void makeBase();
  Bytes presetState(const std::filesystem::path& file);
  Bytes exactLv2State(const Bytes& state, const Patch& patch);
  std::map<std::string, float> exactPorts(const Patch& patch);
  nlohmann::json ask(const nlohmann::json& request);
  nlohmann::json askAbout(const char* op, const Patch& patch);

  ParameterSpace space_;
  SynthOptions options_;
  PluginInfo plugin_;
  std::vector<PluginParameter> parameters_;
  std::vector<int> indices_;          ///< of the space's parameters in the plug-in
  std::vector<int> fixedIndices_;     ///< of the base's values
  std::vector<float> fixedValues_;
  Bytes base_;
  std::optional<std::map<std::string, PortRange>> portRanges_;  ///< of an LV2's controls, once they are asked for
  std::unique_ptr<WorkerSession> session_;
};

/// The patch that a preset is, with its whole state. @throws Error (input), without the preset's path, where it
/// is another synth's, or of a format that this synth does not read.
Patch patchOfPreset(const PresetFile& preset, const Synth& synth);

/// A patch from a file, for `space`'s synth: JSON (an object of parameter keys and normalized
/// values, alone or under "parameters"), `.vstpreset`, `.fxp` where the synth reads those, or an
/// LV2 preset bundle.
/// @param classId  of the VST3, for a state made from a .fxp
/// @throws Error (input) that names the file and what is wrong with it.
Patch readPatchFile(const std::filesystem::path& file, const ParameterSpace& space, const Synth& synth);

}  // namespace patchpilot
