#pragma once

#include "synth/catalogue.h"

#include <string>
#include <vector>

namespace patchpilot {

/// A plug-in that could not be opened.
struct ScanFailure {
  PluginProblem problem;
  bool again =
      false;  ///< whether it is tried again though no file of it has changed: what it lacks may be there

  bool operator==(const ScanFailure& other) const;
};

/// What a scan found in one VST3 bundle, or one folder of LV2 bundles.
struct ScannedUnit {
  std::string path;
  std::string stamp;  ///< changes when a file does that scanning depends on
  std::vector<PluginInfo> plugins;
  std::vector<PluginInfo> others;  ///< that play no notes
  std::vector<ScanFailure> failures;
};

/// What scans have found so far, kept in `cacheFolder()`.
struct ScanCache {
  std::vector<ScannedUnit> units;

  /// Reads the file; empty if there is none that is of use.
  static ScanCache read();
  /// Nothing depends on it but the time of the next scan, so that a failure is no error.
  void write() const;

  /// The unit at this path; an empty one, without a stamp, if there was none.
  ScannedUnit& unit(const std::string& path);
};

}  // namespace patchpilot
