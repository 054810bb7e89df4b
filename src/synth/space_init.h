#pragma once

#include "synth/catalogue.h"
#include "synth/parameter_effects.h"
#include "synth/synth.h"

namespace patchpilot {

/// The plug-in's parameters as it reports them when opened, in a worker. @throws Error (plugin).
std::vector<PluginParameter> probeParameters(const PluginInfo& plugin, const WorkerLimits& limits = {});

/// Writes a first parameter space for a plug-in from what it reports: on/off and stepped parameters
/// as such, all others continuous over their whole range. Parameters whose names say that they
/// change level, tuning or the program, or of which that is heard, are left at their defaults, as comments.
/// @param effects  what was heard of the parameters of a space that this wrote before; see `parameterEffects`
/// @return TOML text that `parseSpace` reads
std::string firstSpace(const PluginInfo& plugin, const std::vector<PluginParameter>& parameters,
                       const std::string& name, const std::map<std::string, ParameterEffect>& effects = {});

}  // namespace patchpilot
