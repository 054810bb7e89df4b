#include "app/commands.h"
#include "app/synth_options.h"
#include "base/error.h"
#include "synth/preset_writer.h"
#include "synth/synth.h"

#include <fmt/format.h>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct ConvertArguments {
  SynthArguments synth;
  std::string from;
  std::string to;
  std::string program;
  bool force = false;
  bool json = false;
};

PresetFile chosenPreset(const ConvertArguments& options) {
  auto presets = readPresets(options.from);
  if (options.program.empty() && presets.size() > 1)
    failUsage("{} holds {} presets; choose one with --program ('explain' lists them)", options.from,
              presets.size());
  for (auto& preset : presets)
    if (preset.isCalled(options.program)) return std::move(preset);
  failUsage("{} holds no preset '{}'; 'explain' lists what it holds", options.from, options.program);
}

void writeJson(const ConvertArguments& options, Synth& synth, const Patch& patch) {
  json values = json::object();
  const auto held = synth.values(patch);
  for (std::size_t i = 0; i < held.size(); ++i) values[synth.space().parameters[i].key] = held[i];
  const json document = {
      {"space", synth.space().name}, {"synth", synth.plugin().name}, {"parameters", values}};
  const std::string text = document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  if (options.force) writeFileAtomically(options.to, bytes);
  else if (!writeNewFile(options.to, bytes))
    failUsage("{} exists already; choose another place, or replace it with --force", options.to);
}

void report(const ConvertArguments& options, const ParameterSpace& space) {
  if (options.json)
    printJson(
        {{"from", options.from}, {"to", options.to}, {"space", space.name}, {"synth", space.synthName}});
  else fmt::print("{}: written from {}, for {}\n", options.to, options.from, space.synthName);
}

/// From parameters: the plug-in makes the state.
void convertFromJson(const ConvertArguments& options, bool toJson) {
  Synth synth(spaceForJsonFile(options.from, options.synth), synthOptions(options.synth));
  const Patch patch = readPatchFile(options.from, synth.space(), synth);
  if (toJson) writeJson(options, synth, patch);
  else {
    const PresetLabel label{fs::path(options.to).stem().string(), "Patch Pilot", "Patch Pilot", ""};
    writePresetFile(options.to, synth.space(), synth.plugin().vendor, label,
                    labelledState(synth.space(), synth.state(patch), label), options.force);
  }
  report(options, synth.space());
}

/// Between preset files the state goes over as it is; no plug-in is opened.
void convertPreset(const ConvertArguments& options, bool toJson) {
  const PresetFile preset = chosenPreset(options);
  noteMissingFiles(preset.where(), preset.bytes);
  const ParameterSpace space = spaceFor(preset, options.synth);
  try {
    if (toJson) {
      Synth synth(space, synthOptions(options.synth));
      writeJson(options, synth, patchOfPreset(preset, synth));
      fmt::print(stderr,
                 "note: {} holds the {} parameters of space {}; what else the preset sets is not in it\n",
                 options.to, space.parameters.size(), space.name);
    } else {
      const PresetLabel label{preset.name, preset.category, preset.author, preset.comment};
      writePresetFile(options.to, space, "", label, stateOfPreset(preset, space), options.force);
    }
  } catch (const Error& error) {
    if (error.code() != ExitCode::input || std::string(error.what()).find(options.from) != std::string::npos)
      throw;
    throw Error(error.code(), options.from + ": " + error.what());
  }
  report(options, space);
}

void convertPatch(const ConvertArguments& options) {
  const bool toJson = fs::path(options.to).extension() == ".json";
  if (fs::path(options.from).extension() == ".json") convertFromJson(options, toJson);
  else convertPreset(options, toJson);
}

}  // namespace

void addConvertCommand(const Command& app) {
  auto o = std::make_shared<ConvertArguments>();
  const auto command = app.subcommand("convert", "Write a preset in another format that its synth has");
  command.option("from", o->from, "A .fxp, .fxb, .vstpreset, LV2 bundle, or .json of parameters").required();
  command.option("to", o->to, "The file or bundle to write; its extension says the format").required();
  command.option("--program", o->program,
                 "Which preset, where the file holds several: its name, number or URI");
  command.option("--space", o->synth.space,
                 "Parameter space of the synth; found among those installed without it");
  addSynthOptions(command, o->synth, false);
  command.flag("--force", o->force, "Replace what is there");
  command.flag("--json", o->json, "Print JSON");
  command.run([o] { convertPatch(*o); });
}

}  // namespace patchpilot
