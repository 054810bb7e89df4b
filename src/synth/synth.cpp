#include "synth/synth.h"

#include "base/error.h"
#include "base/places.h"
#include "preset/fxp.h"
#include "preset/lv2_preset.h"
#include "preset/vstpreset.h"
#include "synth/completed_states.h"
#include "synth/instance_notes.h"
#include "synth/played_worker.h"
#include "synth/value_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include <unordered_map>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// Patches that `Synth::renewsInstances` draws besides the base.
constexpr std::uint64_t kHistoryDraws = 3, kHistorySeed = 0x686973746f7279;

Bytes vst3State(const std::string& classId, Bytes component) {
  VstPreset preset;
  preset.classId = classId;
  preset.componentState = std::move(component);
  return serializeVstPreset(preset);
}

}  // namespace

std::vector<PluginParameter> pluginParameters(const LoadAnswer& loaded) {
  std::vector<PluginParameter> parameters;
  for (const LoadedParameter& p : loaded.parameters)
    parameters.push_back({p.index, p.id, p.name, p.defaultValue, p.steps, p.boolean, p.label, p.text});
  return parameters;
}

Synth::Synth(ParameterSpace space, SynthOptions options)
    : space_(std::move(space)), options_(std::move(options)) {
  plugin_ = findPlugin(space_.synthFormat, space_.synthId, space_.synthName, options_.scan);
  open();
  resolveParameters();
  makeBase();
}

void Synth::open() {
  session_ = std::make_unique<WorkerSession>();
  LoadAnswer loaded;
  try {
    loaded = session_->ask<LoadAnswer>(loadRequest(), options_.limits.load, options_.limits.stop);
  } catch (const WorkerDied& death) {
    failPlugin("{} ({}) {} when it was opened; reinstall it or try another version", plugin_.name,
               plugin_.path, death.what());
  } catch (const WorkerRefused& refusal) {
    failPlugin("{} ({}) cannot be opened: {}", plugin_.name, plugin_.path, refusal.what());
  }
  if (plugin_.format == "VST3") plugin_.version = loaded.version;
  parameters_ = pluginParameters(loaded);
  // The revision that the plug-in writes is the newest that it reads.
  if (space_.dialect().hasRevisions() && newestRevision_ == 0)
    newestRevision_ = space_.dialect().revision(ask<StateAnswer>(StateRequest{}).state);
  if (!base_.empty())
    session_->ask<DoneAnswer>(BaseRequest{completeBase_}, options_.limits.answer, options_.limits.stop);
}

void Synth::resolveParameters() {
  std::unordered_map<std::string, int> byId;
  for (const auto& parameter : parameters_) byId.try_emplace(parameter.id, parameter.index);
  std::string missing;
  int missingCount = 0;
  for (const auto& p : space_.parameters) {
    const auto it = byId.find(p.id);
    if (it != byId.end()) indices_.push_back(it->second);
    else if (++missingCount <= 3)
      missing += fmt::format("{}{} (id {})", missing.empty() ? "" : ", ", p.key, p.id);
  }
  if (missingCount > 0)
    failPlugin(
        "{} lacks {} of the parameters that space {} names: {}{}; use a space made for this version "
        "('patchpilot space init' writes one)",
        plugin_.fullName(), missingCount, space_.name, missing, missingCount > 3 ? ", ..." : "");
  for (const auto& [id, value] : space_.base.values) {
    const auto it = byId.find(id);
    if (it == byId.end())
      failPlugin("{} lacks parameter {}, which [base.values] of space {} sets", plugin_.fullName(), id,
                 space_.name);
    fixedIndices_.push_back(it->second);
    fixedValues_.push_back(value);
  }
}

void Synth::makeBase() {
  const fs::path file = options_.base.value_or(space_.base.preset);
  if (options_.baseState) {
    base_ = *options_.baseState;
  } else if (!file.empty()) {
    base_ = presetState(file);
    // A preset that the user names stands as it is; what the space fixes belongs to its own base.
    if (options_.base) {
      fixedIndices_.clear();
      fixedValues_.clear();
    }
  } else if (!space_.base.content.modulations.empty() || !space_.base.content.raw.empty()) {
    auto state = space_.dialect().baseState(space_.synthId, space_.base.content);
    if (!state)
      failInput("{}: [[base.modulation]] and [[base.raw]] are known for {} only", space_.file,
                dialectNames());
    base_ = *std::move(state);
  }
  if (base_.empty()) return;
  completeBase_ = completed(base_);
  try {
    session_->ask<DoneAnswer>(BaseRequest{completeBase_}, options_.limits.answer, options_.limits.stop);
    ask<ValuesAnswer>(ValuesRequest{applied({})});
  } catch (const std::runtime_error& error) {
    failInput("{}: {} does not take this base preset: {}", file.empty() ? space_.file : file.string(),
              plugin_.name, error.what());
  }
}

Bytes Synth::presetState(const fs::path& file) {
  const Patch patch = readPatchFile(file, space_, *this);
  if (!patch.isPreset())
    failInput("{} lists parameters; a base is a preset that the synth itself has saved", file.string());
  return patch.preset().state;
}

LoadRequest Synth::loadRequest() const {
  return {.format = plugin_.format,
          .path = plugin_.path,
          .id = plugin_.id,
          .tempoBpm = tempoBpm(),
          .renews = renews_.value_or(false),
          .settleSeconds = space_.settleSeconds};
}

Bytes Synth::completed(const Bytes& state) const {
  // For all synths, as what comes out depends on the dialect and the state alone.
  static CompletedStates states;
  return states.completed(space_.dialect(), state);
}

AppliedPatch Synth::applied(const Patch& patch) const {
  AppliedPatch applied;
  const auto set = [&](std::size_t parameter, float value) {
    applied.indices.push_back(indices_[parameter]);
    applied.values.push_back(value);
  };
  if (patch.isPreset()) {
    applied.state = completed(patch.preset().state);
    const auto& moved = patch.preset().moved;
    for (std::size_t i = 0; i < moved.size(); ++i)
      if (moved[i]) set(i, *moved[i]);
  } else {
    applied.indices.assign(fixedIndices_.begin(), fixedIndices_.end());
    applied.values = fixedValues_;
    for (std::size_t i = 0; i < patch.values().size(); ++i) set(i, patch.values()[i]);
  }
  return applied;
}

AppliedPatch Synth::applied(const Patch& patch, const std::vector<ParameterValue>& values) const {
  AppliedPatch all = applied(patch);
  for (const auto& [id, value] : values) {
    const auto named = std::find_if(parameters_.begin(), parameters_.end(),
                                    [&id = id](const auto& p) { return p.id == id; });
    if (named == parameters_.end()) failPlugin("{} has no parameter {}", plugin_.fullName(), id);
    all.indices.push_back(named->index);
    all.values.push_back(value);
  }
  return all;
}

bool Synth::renewsInstances() const {
  std::lock_guard lock(*inUse_);
  if (renews_) return *renews_;
  renews_ = knownToDependOnHistory(plugin_);
  if (!renews_) {
    renews_ = findWhetherItDependsOnHistory();
    rememberHistory(plugin_, *renews_);
  }
  if (!*renews_) return false;
  try {
    session_->ask<LoadAnswer>(loadRequest(), options_.limits.load, options_.limits.stop);
  } catch (const std::runtime_error&) {
    // The next question opens another worker.
  }
  if (options_.onNote)
    options_.onNote(fmt::format(
        "{} sounds different after other patches; each render gets a new instance of it", plugin_.name));
  return true;
}

/// Plays in the instance that is asked about patches, and opens that anew. A plug-in that crashes or refuses
/// a patch is judged when that patch is rendered.
bool Synth::findWhetherItDependsOnHistory() const {
  std::vector<AppliedPatch> patches = {applied(Patch{})};
  for (std::uint64_t i = 0; i < kHistoryDraws; ++i)
    patches.push_back(applied(Patch::point(space_.draw(kHistorySeed, i))));
  bool depends = false;
  try {
    // Whole states are another way into the plug-in than parameters.
    if (plugin_.format == "VST3")
      patches.push_back(
          {session_
               ->ask<StateAnswer>(StateRequest{patches.back()}, options_.limits.answer, options_.limits.stop)
               .state,
           {},
           {}});
    PlayedWorker worker(*session_, loadRequest(), options_.limits, std::move(patches));
    depends = dependsOnHistory(worker.plugin());
    session_->ask<LoadAnswer>(loadRequest(), options_.limits.load, options_.limits.stop);
  } catch (const WorkerDied&) {
    // The next question opens another worker.
  } catch (const WorkerRefused&) {
    session_->ask<LoadAnswer>(loadRequest(), options_.limits.load, options_.limits.stop);
  }
  return depends;
}

template <typename Answer>
Answer Synth::ask(const WorkerRequest& request) {
  std::lock_guard lock(*inUse_);
  for (int attempt = 1;; ++attempt) {
    try {
      return session_->ask<Answer>(request, options_.limits.answer, options_.limits.stop);
    } catch (const WorkerRefused& refusal) {
      failPlugin("{} ({}) fails: {}", plugin_.name, plugin_.path, refusal.what());
    } catch (const WorkerDied& death) {
      if (attempt == 2)
        failPlugin("{} ({}) {}, twice, on the same patch", plugin_.name, plugin_.path, death.what());
      open();
    }
  }
}

Bytes Synth::state(const Patch& patch) {
  std::lock_guard lock(*inUse_);
  const Bytes state = ask<StateAnswer>(StateRequest{applied(patch)}).state;
  return plugin_.format == "LV2" ? exactLv2State(state, patch) : state;
}

Bytes Synth::stateWith(const Patch& patch, const std::vector<ParameterValue>& values) {
  return ask<StateAnswer>(StateRequest{applied(patch, values)}).state;
}

/// The control ports that are known to the last bit: those that the patch or its base sets.
std::map<std::string, float> Synth::exactPorts(const Patch& patch) {
  const Bytes& under = patch.isPreset() ? patch.preset().state : base_;
  std::map<std::string, float> ports;
  if (!under.empty()) ports = parseLv2State({under.begin(), under.end()}).ports;
  if (!portRanges_) portRanges_ = Lv2Folder(plugin_.path).portRanges(plugin_.id);
  const auto set = [&](const std::string& symbol, float normalized) {
    if (const auto range = portRanges_->find(symbol); range != portRanges_->end())
      ports[symbol] = range->second.value(normalized);
  };
  if (patch.isPreset()) {
    const auto& moved = patch.preset().moved;
    for (std::size_t i = 0; i < moved.size(); ++i)
      if (moved[i]) set(space_.parameters[i].id, *moved[i]);
  } else {
    for (const auto& [symbol, value] : space_.base.values) set(symbol, value);
    for (std::size_t i = 0; i < patch.values().size(); ++i) set(space_.parameters[i].id, patch.values()[i]);
  }
  return ports;
}

/// lilv writes ports with 8 digits after the point, too few for a small value. Whatever it has not merely
/// rounded, a port that the plug-in has moved by itself, stays as it is.
Bytes Synth::exactLv2State(const Bytes& state, const Patch& patch) {
  Lv2Preset preset = parseLv2State({state.begin(), state.end()});
  for (const auto& [symbol, value] : exactPorts(patch)) {
    const auto written = preset.ports.find(symbol);
    if (written != preset.ports.end() && std::abs(written->second - value) <= 6e-9f + 1e-7f * std::abs(value))
      written->second = value;
  }
  const std::string text = lv2StateText(preset);
  return {text.begin(), text.end()};
}

std::vector<float> Synth::values(const Patch& patch) {
  const std::vector<float> all = ask<ValuesAnswer>(ValuesRequest{applied(patch)}).values;
  std::vector<float> result;
  for (const int index : indices_) result.push_back(all.at(std::size_t(index)));
  return result;
}

std::vector<float> Synth::defaults() const {
  std::unordered_map<std::string, float> byId;
  for (const auto& parameter : parameters_) byId.try_emplace(parameter.id, parameter.defaultValue);
  std::vector<float> defaults;
  for (const auto& p : space_.parameters) defaults.push_back(byId.at(p.id));
  return defaults;
}

std::vector<std::string> Synth::texts(const Patch& patch) {
  AppliedPatch asked = applied(patch);
  // The last texts are those of all the space's parameters, whatever else the patch sets.
  if (patch.isPreset() || patch.values().empty()) {
    const std::vector<float> held = values(patch);
    asked.indices.insert(asked.indices.end(), indices_.begin(), indices_.end());
    asked.values.insert(asked.values.end(), held.begin(), held.end());
  }
  const std::vector<float> values(asked.values.end() - std::ptrdiff_t(indices_.size()), asked.values.end());
  const std::vector<std::string> all = ask<TextsAnswer>(TextsRequest{std::move(asked)}).texts;
  std::vector<std::string> result(all.end() - std::ptrdiff_t(indices_.size()), all.end());
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = valueText(space_, space_.parameters[i], values[i], result[i]);
  return result;
}

std::vector<std::string> Synth::textsOf(const Patch& patch, const std::vector<ParameterValue>& values) {
  const std::vector<std::string> all = ask<TextsAnswer>(TextsRequest{applied(patch, values)}).texts;
  return {all.end() - std::ptrdiff_t(values.size()), all.end()};
}

std::vector<ParameterReading> Synth::readings(const Patch& patch) {
  std::vector<ParameterReading> result;
  for (auto& reading : ask<ReadingsAnswer>(ReadingsRequest{applied(patch)}).readings)
    result.push_back(
        {parameters_.at(result.size()).id, std::move(reading.name), reading.value, std::move(reading.text)});
  return result;
}

namespace {

Patch patchFromJson(const fs::path& file, const ParameterSpace& space) {
  json document;
  try {
    document = json::parse(readTextFile(file));
  } catch (const json::exception& error) {
    failInput("{} is no JSON: {}", file.string(), error.what());
  }
  const json& values = document.contains("parameters") ? document.at("parameters") : document;
  std::vector<std::optional<float>> read(space.parameters.size());
  const auto set = [&](const std::string& key, const json& value) {
    const auto index = space.find(key);
    if (!index) failInput("{}: space {} has no parameter '{}'", file.string(), space.name, key);
    const json& number = value.is_object() ? value.at("value") : value;
    if (!number.is_number() || number.get<double>() < 0 || number.get<double>() > 1)
      failInput("{}: parameter {} is {}; values are normalized, 0 to 1", file.string(), key, number.dump());
    read[*index] = number.get<float>();
  };
  try {
    if (values.is_array())
      for (const auto& item : values) set(item.at("key"), item);
    else
      for (const auto& [key, value] : values.items()) set(key, value);
  } catch (const json::exception& error) {
    failInput("{} is no patch: {}", file.string(), error.what());
  }
  Patch patch = Patch::point({});
  for (std::size_t i = 0; i < read.size(); ++i) {
    if (!read[i])
      failInput("{}: parameter {} of space {} is missing", file.string(), space.parameters[i].key,
                space.name);
    patch.values().push_back(*read[i]);
  }
  return patch;
}

}  // namespace

Bytes stateOfPreset(const PresetFile& preset, const ParameterSpace& space) {
  const bool fxp = preset.format == PresetFormat::fxp;
  if (fxp && space.fxpId.empty())
    failInput("{} reads no .fxp, as far as space {} knows", space.synthName, space.name);
  if (!fxp && (preset.format == PresetFormat::lv2) != (space.synthFormat == "LV2"))
    failInput("{} ({}) does not read this format", space.synthName, space.synthFormat);
  if (const std::string& own = fxp ? space.fxpId : space.synthId; preset.synthId != own)
    failInput("it is a preset of another synth ({}; {} has {})", preset.synthId, space.synthName, own);
  if (!fxp) return preset.bytes;
  const Fxp program = parseFxp(preset.bytes);
  if (program.kind != Fxp::Kind::chunk)
    failInput(
        "it lists {} parameters of the VST2, which say nothing to the {}; open it in the VST2, set the "
        "same values in the {}, and save that",
        preset.parameters, space.synthFormat, space.synthFormat);
  return vst3State(space.synthId, space.dialect().componentState(program.chunk));
}

Patch patchOfPreset(const PresetFile& preset, const Synth& synth) {
  Patch patch = Patch::preset(stateOfPreset(preset, synth.space()), preset.where());
  if (synth.newestRevision() > 0) {
    const int revision = synth.space().dialect().revision(patch.preset().state);
    if (revision > synth.newestRevision())
      failInput("a newer {} has saved it (revision {} of its format, {} reads up to {}); update the plug-in",
                synth.plugin().name, revision, synth.plugin().fullName(), synth.newestRevision());
  }
  return patch;
}

namespace {

Patch readPreset(const fs::path& file, const ParameterSpace& space, const Synth& synth,
                 const std::string& program) {
  if (file.extension() == ".json") return patchFromJson(file, space);
  const auto presets = readPresets(file);
  const PresetFile* chosen = nullptr;
  for (const auto& preset : presets) {
    // A bundle may hold presets of several plug-ins.
    const bool others = preset.format == PresetFormat::lv2 && preset.synthId != space.synthId;
    if (!chosen && preset.isCalled(program) && !(others && presets.size() > 1)) chosen = &preset;
  }
  if (!chosen)
    failInput("{} holds no preset{}{} of {}", file.string(), program.empty() ? "" : " ", program,
              space.synthName);
  return patchOfPreset(*chosen, synth);
}

}  // namespace

Patch readPatchFile(const fs::path& file, const ParameterSpace& space, const Synth& synth,
                    const std::string& program) {
  try {
    return readPreset(file, space, synth, program);
  } catch (const Error& error) {
    // The formats know bytes and no files.
    const std::string message = error.what();
    if (message.find(file.string()) != std::string::npos) throw;
    throw Error(error.code(), file.string() + ": " + message);
  }
}

}  // namespace patchpilot
