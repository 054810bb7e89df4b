#pragma once

#include "synth/worker_session.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace patchpilot {

/// An instrument plug-in on this machine.
struct PluginInfo {
  std::string name;
  std::string vendor;
  std::string version;
  std::string format;  ///< "VST3" or "LV2"
  std::string id;      ///< VST3: class id, 32 hex digits; LV2: URI
  std::string path;    ///< VST3: the bundle; LV2: the folder that holds its bundle
  int parameters = 0;
  std::string bundle = {};  ///< LV2: its bundle; VST3: as `path`
  std::string stamp = {};   ///< changes when the plug-in's files do

  /// Name and version, as people say it.
  std::string fullName() const { return version.empty() ? name : name + " " + version; }
};

/// A plug-in, or a file of plug-ins, that could not be looked into, and why.
struct PluginProblem {
  std::string path;     ///< VST3: the bundle; LV2: the plug-in's URI, or a bundle that cannot be read
  std::string problem;  ///< what the system's loader, or the plug-in, says
  std::string name;     ///< as its description has it, if that could be read
  bool remembered =
      false;  ///< it crashed or hung at an earlier scan, and is not tried again until a file changes
};

struct Catalogue {
  std::vector<PluginInfo> plugins;
  std::vector<PluginProblem> problems;
  std::vector<PluginInfo> others;  ///< LV2 plug-ins that play no notes, such as effects
};

struct ScanOptions {
  std::vector<std::filesystem::path> files;  ///< plug-ins named by the user, besides the standard places
  bool rescan = false;                       ///< look into every file again, changed or not
  bool retry =
      true;  ///< open plug-ins again that could not be opened, changed or not: what they lack may be there
  WorkerLimits limits;
  std::function<void(const std::string& path)> onScan;  ///< called before a file is opened
};

/// Finds the instruments installed. Each file is opened in a worker, so that one that crashes or
/// hangs is a problem reported and no more. What was found is kept in `cacheFolder()` until a
/// file of the plug-in changes. Links are followed, to bundles and to folders of vendors.
/// @throws Error (input) for a file of `options.files` that does not exist or is no plug-in.
Catalogue scanPlugins(const ScanOptions& options = {});

/// The installed plug-in with this id. The cache is tried before the disk is searched.
/// A plug-in that could not be opened before is tried again.
/// @throws Error (plugin) if there is none, naming where it was looked for.
PluginInfo findPlugin(const std::string& format, const std::string& id, const std::string& name,
                      const ScanOptions& options = {});

}  // namespace patchpilot
