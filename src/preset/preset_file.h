#pragma once

#include "base/files.h"
#include "preset/foreign_format.h"

#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot {

enum class PresetFormat {
  fxp,        ///< VST2 program, `.fxp`, or one out of a bank, `.fxb`
  vstPreset,  ///< VST3
  lv2         ///< a preset in an LV2 bundle, a plug-in's own bundle included
};

/// One preset as its file has it: whose it is, what a browser shows of it, and its bytes.
struct PresetFile {
  std::filesystem::path path;  ///< of the file; LV2: of the bundle
  std::string program;  ///< which one, where the file holds several: LV2, its URI; `.fxb`, its number from 1
  PresetFormat format = PresetFormat::fxp;
  std::string
      synthId;       ///< `.fxp`: four characters; `.vstpreset`: class id, 32 hex digits; LV2: plug-in's URI
  std::string name;  ///< UTF-8, never empty: the file's own name where it says none
  std::string category;  ///< UTF-8, may be empty, as `author` and `comment`
  std::string author;
  std::string comment;
  int parameters = 0;  ///< `.fxp`: how many the file lists; 0 for a chunk, which only the plug-in understands
  Bytes bytes;  ///< the preset alone: a `.fxp`, a `.vstpreset`, or an LV2 state in Turtle (`lv2StateText`)

  /// Path, and the program where the file holds several.
  std::string where() const { return program.empty() ? path.string() : path.string() + " (" + program + ")"; }

  /// Whether a user means this one by what they call it: its name or its `program`; all are meant where they
  /// say nothing.
  bool isCalled(const std::string& which) const { return which.empty() || which == program || which == name; }
};

/// Reads every preset of a file: one of a `.fxp` or `.vstpreset`, all of a `.fxb` or an LV2 bundle, in its
/// order. The content decides, not the extension. Labels inside a state are read by the synth's dialect,
/// which refuses a broken state.
/// @throws Error (input) that names the file: empty, cut short, no preset, of a version not known here.
std::vector<PresetFile> readPresets(const std::filesystem::path& path);

/// Reads a file that holds one preset. @throws Error (input) as `readPresets`, and for several presets.
PresetFile readPresetFile(const std::filesystem::path& path);

/// Every file and bundle under a folder that says it holds presets, in the order of their paths: `.fxp`,
/// `.fxb`,
/// `.vstpreset`, and folders whose `manifest.ttl` names presets. Nothing but manifests is opened. Links to
/// folders are followed, but no folder is seen twice. What macOS adds to archives (`__MACOSX`, `._name`) is
/// passed over. A path that is itself one of these is all of the answer.
/// @throws Error (input) where `path` does not exist or cannot be listed.
std::vector<std::filesystem::path> presetPathsUnder(const std::filesystem::path& path);

/// Files of one format that is not read here.
struct ForeignFiles {
  ForeignFormat format;
  std::filesystem::path first;
  std::size_t count = 0;
};

/// What lies under a folder beside the presets that `presetPathsUnder` finds and is of a format that is known
/// but not read, such as presets of other synths and archives. The first bytes of each such file are read.
/// @return one entry for each format; none if `folder` is no folder
std::vector<ForeignFiles> foreignFilesUnder(const std::filesystem::path& folder);

}  // namespace patchpilot
