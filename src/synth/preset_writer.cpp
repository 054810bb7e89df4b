#include "synth/preset_writer.h"

#include "base/error.h"
#include "base/places.h"
#include "base/text.h"
#include "preset/fxp.h"
#include "preset/lv2_preset.h"
#include "preset/vstpreset.h"

#include <algorithm>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// A label that every format can hold, whatever bytes the name of a file had.
PresetLabel readable(const PresetLabel& label) {
  return {oneLine(label.name), oneLine(label.category), oneLine(label.author), oneLine(label.comment)};
}

Bytes fxpBytes(const ParameterSpace& space, const PresetLabel& label, const Bytes& state) {
  const Bytes component = parseVstPreset(state).componentState;
  const auto chunk = withoutJuceTrailer(component);
  Fxp fxp;
  fxp.fxId = space.fxpId;
  fxp.chunk.assign(chunk.begin(), chunk.end());
  setFxpName(fxp, label.name);
  return serializeFxp(fxp);
}

Bytes vstPresetBytes(const ParameterSpace& space, const std::string& vendor, const PresetLabel& label,
                     const Bytes& state) {
  VstPreset preset = parseVstPreset(state);
  std::vector<std::pair<std::string, std::string>> attributes = {{"Name", label.name},
                                                                 {"PlugInName", space.synthName},
                                                                 {"PlugInVendor", vendor},
                                                                 {"PlugInCategory", "Instrument"},
                                                                 {"MusicalCategory", label.category},
                                                                 {"Author", label.author},
                                                                 {"Comment", label.comment}};
  std::erase_if(attributes, [](const auto& attribute) { return attribute.second.empty(); });
  preset.info = vstPresetInfo(attributes);
  preset.order.clear();
  return serializeVstPreset(preset);
}

Lv2Preset lv2Preset(const PresetLabel& label, const Bytes& state) {
  Lv2Preset preset = parseLv2State(std::string(state.begin(), state.end()));
  preset.label = label.name;
  preset.bank = label.category;
  preset.author = label.author;
  preset.comment = label.comment;
  return preset;
}

/// A name that can be a file's on any system.
std::string fileName(const std::string& name) {
  std::string safe = oneLine(name);
  for (char& c : safe)
    if (static_cast<unsigned char>(c) < 0x20 ||
        std::string_view("/\\:*?\"<>|").find(c) != std::string_view::npos)
      c = '_';
  const auto first = safe.find_first_not_of(". ");
  safe = first == std::string::npos ? "preset" : safe.substr(first);
  return shortName(safe, 120);
}

/// @return false where `file` exists already
bool copyPreset(const fs::path& preset, const fs::path& file) {
  if (!fs::is_directory(preset)) return writeNewFile(file, readFile(preset));
  std::error_code error;
  if (fs::exists(file, error)) return false;
  StagedDirectory folder(file, false);
  fs::copy(preset, folder.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing, error);
  if (error) failSystem("cannot write {}: {}", file.string(), error.message());
  folder.commit();
  return true;
}

}  // namespace

std::vector<std::string> presetExtensions(const ParameterSpace& space) {
  if (space.synthFormat == "LV2") return {".lv2"};
  if (space.fxpId.empty()) return {".vstpreset"};
  return {".vstpreset", ".fxp"};
}

Bytes labelledState(const ParameterSpace& space, const Bytes& state, const PresetLabel& label) {
  return space.dialect().withLabel(state, readable(label));
}

void writePresetFile(const fs::path& file, const ParameterSpace& space, const std::string& vendor,
                     const PresetLabel& label, const Bytes& state, bool replace) {
  const auto extensions = presetExtensions(space);
  const std::string extension = file.extension().string();
  if (std::find(extensions.begin(), extensions.end(), extension) == extensions.end())
    failUsage("{}: presets of {} are written as {}{}", file.string(), space.synthName, extensions.front(),
              extensions.size() > 1 ? " or " + extensions.back() : "");
  const PresetLabel shown = readable(label);
  if (extension == ".lv2") return writeLv2Preset(file, lv2Preset(shown, state), replace);
  const Bytes bytes =
      extension == ".fxp" ? fxpBytes(space, shown, state) : vstPresetBytes(space, vendor, shown, state);
  if (replace) writeFileAtomically(file, std::span<const std::uint8_t>(bytes));
  else if (!writeNewFile(file, bytes))
    failUsage("{} exists already; choose another place, or replace it with --force", file.string());
}

fs::path installPreset(const fs::path& preset, const fs::path& folder, const std::string& name) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) failSystem("cannot make the folder {}: {}", folder.string(), error.message());
  const std::string stem = fileName(name), extension = preset.extension().string();
  for (int number = 1;; ++number) {
    const fs::path file =
        folder / (number == 1 ? stem + extension : fmt::format("{} ({}){}", stem, number, extension));
    if (copyPreset(preset, file)) return file;
  }
}

fs::path userPresetFolder(const ParameterSpace& space, const std::string& vendor,
                          const std::string& extension) {
  if (extension == ".lv2") return userLv2Folder();
  if (const auto folder = space.dialect().userFolder(extension)) return *folder;
  if (extension == ".vstpreset") return userVst3PresetFolder() / fileName(vendor) / fileName(space.synthName);
  return {};
}

}  // namespace patchpilot
