#pragma once

#include "test_support.h"

#include <stdexcept>

namespace patchpilot {

inline PluginInfo testPlugin(const std::string& format) {
  for (const auto& plugin : scanPlugins().plugins)
    if (plugin.format == format && plugin.name == "Patch Pilot Test Synth") return plugin;
  throw std::runtime_error("the test synth is not there as " + format);
}

/// The test synth as it describes itself, without the parameters by which it fails.
inline ParameterSpace ownSpace(const std::string& format) {
  const PluginInfo plugin = testPlugin(format);
  auto parameters = probeParameters(plugin);
  std::erase_if(parameters, [](const PluginParameter& p) {
    for (const char* fault : {"Crash", "Hang", "Silent", "Chatter", "Random"})
      if (p.name == fault) return true;
    return false;
  });
  return parseSpace(firstSpace(plugin, parameters, "own"), "own.toml");
}

}  // namespace patchpilot
