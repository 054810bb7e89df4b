#include "propose/preset_contents.h"

#include "base/error.h"
#include "base/files.h"
#include "preset/preset_file.h"
#include "synth/factory_presets.h"

#include <algorithm>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// The folders above the synth's own folders of presets; none if it has none.
std::vector<fs::path> placesOf(const Synth& synth) {
  std::vector<fs::path> places;
  try {
    for (const fs::path& folder : factoryPresetPaths(synth)) {
      const fs::path above = folder.parent_path();
      if (std::find(places.begin(), places.end(), above) == places.end()) places.push_back(above);
    }
  } catch (const Error&) {
    // The synth is installed without its presets.
  }
  return places;
}

/// File and program of "bundle.lv2 (URI)", as `PresetFile::where` writes it.
std::pair<std::string, std::string> splitProgram(const std::string& path) {
  const auto bracket = path.rfind(" (");
  if (bracket == std::string::npos || !path.ends_with(')')) return {path, ""};
  return {path.substr(0, bracket), path.substr(bracket + 2, path.size() - bracket - 3)};
}

}  // namespace

PresetContents::PresetContents(fs::path library, const Synth& synth,
                               std::function<void(const std::string&)> onNote)
    : library_(std::move(library)),
      synth_(synth),
      onNote_(std::move(onNote)),
      index_(library_),
      places_(placesOf(synth)) {}

std::optional<Patch> PresetContents::find(std::int64_t patch) {
  std::lock_guard lock(mutex_);
  if (const auto known = known_.find(patch); known != known_.end()) return known->second;
  const auto preset = index_.preset(patch);
  return known_.emplace(patch, preset ? read(*preset) : std::nullopt).first->second;
}

std::optional<Patch> PresetContents::read(const IndexedPreset& preset) {
  const auto [path, program] = splitProgram(preset.path);
  bool isThere = false;
  for (const fs::path& place : places_) {
    std::error_code error;
    for (const auto& [file, which] :
         {std::pair(place / preset.path, std::string()), std::pair(place / path, program)}) {
      if (!fs::exists(file, error)) continue;
      isThere = true;
      if (auto found = readFrom(file, which, preset)) return found;
    }
  }
  if (isThere && !noted_ && onNote_) {
    noted_ = true;
    onNote_(fmt::format(
        "{}: the preset {} has changed since it was indexed, and others may have; 'patchpilot library add "
        "--factory --space {} --besides {} --library own' renders what the index does not know",
        library_.stem().string(), preset.path, synth_.space().name, library_.stem().string()));
  }
  return std::nullopt;
}

std::optional<Patch> PresetContents::readFrom(const fs::path& file, const std::string& program,
                                              const IndexedPreset& preset) {
  try {
    for (const PresetFile& one : readPresets(file)) {
      if (!one.isCalled(program) || contentHash(one.bytes) != preset.content) continue;
      Patch patch = patchOfPreset(one, synth_);
      patch.source = one.where();
      return patch;
    }
  } catch (const Error&) {
    // It cannot be read, and so does not fit.
  }
  return std::nullopt;
}

PresetContents::Counts PresetContents::counts() {
  Counts counts;
  for (const IndexedPreset& preset : index_.kept()) {
    const std::string path = splitProgram(preset.path).first;
    ++counts.indexed;
    counts.there += std::any_of(places_.begin(), places_.end(), [&](const fs::path& place) {
      std::error_code error;
      return fs::exists(place / preset.path, error) || fs::exists(place / path, error);
    });
  }
  return counts;
}

std::vector<IndexedPreset> PresetContents::misfits() {
  std::vector<IndexedPreset> misfits;
  for (const IndexedPreset& preset : index_.kept())
    if (!find(preset.patch)) misfits.push_back(preset);
  return misfits;
}

}  // namespace patchpilot
