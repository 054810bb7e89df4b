#include "app/synth_options.h"

#include "base/interrupt.h"
#include "base/text.h"
#include "preset/lv2_preset.h"
#include "synth/space_choice.h"

#include <fmt/format.h>

namespace patchpilot {

void addSynthOptions(const Command& command, SynthArguments& arguments, bool withSpace, bool spaceNeeded) {
  if (withSpace)
    command
        .option("--space", arguments.space,
                "Parameter space: a name ('synths' lists those that fit) or a .toml file")
        .required(spaceNeeded);
  if (withSpace)
    command.option("--base", arguments.base,
                   "Preset that holds what the space does not vary (.vstpreset, .fxp, .lv2)");
  command.option("--plugin", arguments.plugins, "Plug-in file besides those in the standard places");
  command
      .option("--render-limit", arguments.limitSeconds,
              "Seconds that one render may take before its worker is killed")
      .aboveZero()
      .showDefault();
}

Argument addTempoOption(const Command& command, SynthArguments& arguments, const std::string& otherwise) {
  return command
      .option("--bpm", arguments.bpm,
              fmt::format("Tempo that the synth follows, in beats per minute ({})", otherwise))
      .range(kSlowestBpm, kFastestBpm);
}

Argument addVelocityOption(const Command& command, int& velocity, const std::string& help) {
  return command.option("--velocity", velocity, help).range(1, 127).showDefault();
}

void addLengthOptions(const Command& command, double& length, double& duration, double shortest) {
  command.option("--length", length, "When the note is let go, in seconds").range(0.001, 600.0).showDefault();
  command.option("--duration", duration, "How long to listen, in seconds")
      .range(shortest, 600.0)
      .showDefault();
}

SynthOptions synthOptions(const SynthArguments& arguments) {
  SynthOptions options;
  if (!arguments.base.empty()) options.base = arguments.base;
  for (const auto& plugin : arguments.plugins) options.scan.files.emplace_back(plugin);
  options.limits.answer = arguments.limitSeconds;
  options.limits.stop = options.scan.limits.stop = interruptToken();
  options.tempoBpm = arguments.bpm;
  options.onNote = [](const std::string& note) { fmt::print(stderr, "note: {}\n", note); };
  return options;
}

void noteForeignFiles(const std::vector<std::string>& folders) {
  for (const auto& folder : folders)
    for (const ForeignFiles& files : foreignFilesUnder(folder)) {
      const std::string name = oneLine(files.first.string());
      const std::string which =
          files.count == 1 ? name : fmt::format("{} and {} more like it", name, files.count - 1);
      fmt::print(stderr, "not read: {}: {}; {}\n", which, files.format.what, files.format.help);
    }
}

void noteMissingFiles(const std::string& preset, std::span<const std::uint8_t> state) {
  for (const auto& file : missingFiles(state))
    fmt::print(stderr, "note: {} names the file {}, which is not there\n", oneLine(preset), oneLine(file));
}

ParameterSpace spaceFor(const PresetFile& preset, const SynthArguments& arguments) {
  return arguments.space.empty() ? spaceForPreset(preset, synthOptions(arguments).scan)
                                 : loadSpace(arguments.space);
}

ParameterSpace spaceForJsonFile(const std::filesystem::path& file, const SynthArguments& arguments) {
  return arguments.space.empty() ? spaceForJson(file) : loadSpace(arguments.space);
}

}  // namespace patchpilot
