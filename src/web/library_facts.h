#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot {

/// What the page is told of a library file.
struct LibraryFacts {
  std::string synth;   ///< name of the plug-in
  std::string format;  ///< "VST3" or "LV2"
  std::string space;   ///< name of the parameter space
  std::uint64_t patches = 0;
  std::vector<std::string> embedders;  ///< the default first
  std::vector<int> notes;              ///< MIDI notes that each patch was rendered at
};

/// Opens a library and reads its facts. @throws Error as `Library::open`
LibraryFacts readLibraryFacts(const std::filesystem::path& file);

}  // namespace patchpilot
