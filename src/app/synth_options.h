#pragma once

#include "synth/synth.h"

#include <CLI/CLI.hpp>

namespace patchpilot {

/// The options that every command has which opens a synth.
struct SynthArguments {
  std::string space;
  std::string base;
  std::vector<std::string> plugins;
  double limitSeconds = 20;
};

/// @param withSpace    whether --space and --base are among them
/// @param spaceNeeded  whether --space must be given
void addSynthOptions(CLI::App& command, SynthArguments& arguments, bool withSpace = true, bool spaceNeeded = true);

SynthOptions synthOptions(const SynthArguments& arguments);

}  // namespace patchpilot
