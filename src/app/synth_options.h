#pragma once

#include "synth/synth.h"

#include "app/arguments.h"

namespace patchpilot {

/// The options that every command has which opens a synth.
struct SynthArguments {
  std::string space;
  std::string base;
  std::vector<std::string> plugins;
  double limitSeconds = 20;
  std::optional<double> bpm;
};

/// @param withSpace    whether --space and --base are among them
/// @param spaceNeeded  whether --space must be given
void addSynthOptions(const Command& command, SynthArguments& arguments, bool withSpace = true,
                     bool spaceNeeded = true);

/// Adds --bpm, for the commands that render. @param otherwise  the tempo without it, in words
Argument addTempoOption(const Command& command, SynthArguments& arguments,
                        const std::string& otherwise = "120");

/// Adds --velocity, for the commands that play notes.
Argument addVelocityOption(const Command& command, int& velocity, const std::string& help = "MIDI velocity");

/// Adds --length and --duration: when notes are let go, and how long is listened, in seconds.
/// @param shortest  duration
void addLengthOptions(const Command& command, double& length, double& duration, double shortest);

/// What the synth has to tell of how it is played goes to stderr.
SynthOptions synthOptions(const SynthArguments& arguments = {});

/// Says on stderr what lies in folders of presets and is not read, such as archives and other synths'
/// presets, and what would help.
void noteForeignFiles(const std::vector<std::string>& folders);

/// Says on stderr which files a preset's state names that are not there, such as samples.
void noteMissingFiles(const std::string& preset, std::span<const std::uint8_t> state);

/// The space that --space names, else the one that fits a preset. @throws Error as `spaceForPreset` and
/// `loadSpace`.
ParameterSpace spaceFor(const PresetFile& preset, const SynthArguments& arguments);

/// The space that --space names, else the one that fits a `.json` patch. @throws Error as `spaceForJson` and
/// `loadSpace`.
ParameterSpace spaceForJsonFile(const std::filesystem::path& file, const SynthArguments& arguments);

}  // namespace patchpilot
