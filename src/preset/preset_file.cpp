#include "preset/preset_file.h"

#include "base/byte_reader.h"
#include "base/error.h"
#include "base/lower_case.h"
#include "base/text.h"
#include "preset/dialect.h"
#include "preset/foreign_format.h"
#include "preset/fxp.h"
#include "preset/lv2_preset.h"
#include "preset/vstpreset.h"

#include <algorithm>
#include <deque>
#include <fstream>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

void takeLabel(PresetFile& preset, const PresetLabel& label) {
  if (const auto name = oneLine(label.name); !name.empty()) preset.name = name;
  preset.category = oneLine(label.category);
  preset.author = oneLine(label.author);
  preset.comment = oneLine(label.comment);
}

PresetFile ofFxp(const fs::path& path, const Fxp& fxp, Bytes bytes) {
  PresetFile preset;
  preset.path = path;
  preset.synthId = fxp.fxId;
  preset.name = oneLine(fxpName(fxp));
  preset.parameters = int(fxp.parameters.size());
  if (fxp.kind == Fxp::Kind::chunk) takeLabel(preset, dialectOfSynth(fxp.fxId).label(fxp.chunk));
  preset.bytes = std::move(bytes);
  return preset;
}

std::vector<PresetFile> ofBank(const fs::path& path, const FxBank& bank) {
  std::vector<PresetFile> presets;
  for (const Fxp& program : bank.programs) {
    presets.push_back(ofFxp(path, program, serializeFxp(program)));
    presets.back().program = fmt::format("{}", presets.size());
  }
  if (!bank.programs.empty()) return presets;
  if (bank.chunk.empty()) failInput("{} holds no program", path.string());
  Fxp whole;
  whole.fxId = bank.fxId;
  whole.fxVersion = bank.fxVersion;
  whole.chunk = bank.chunk;
  presets.push_back(ofFxp(path, whole, serializeFxp(whole)));
  return presets;
}

PresetFile ofVstPreset(const fs::path& path, Bytes bytes) {
  const VstPreset vst = parseVstPreset(bytes);
  PresetFile preset;
  preset.path = path;
  preset.format = PresetFormat::vstPreset;
  preset.synthId = vst.classId;
  std::transform(vst.classId.begin(), vst.classId.end(), preset.synthId.begin(),
                 [](unsigned char c) { return char(std::toupper(c)); });
  takeLabel(preset, dialectOfInnerState(vst.componentState).label(vst.componentState));
  const auto attributes = vstPresetAttributes(vst.info);
  const auto take = [&](const char* id, std::string& field) {
    if (const auto found = attributes.find(id); found != attributes.end())
      if (const auto text = oneLine(found->second); !text.empty()) field = text;
  };
  take("Name", preset.name);
  take("MusicalCategory", preset.category);
  take("Author", preset.author);
  take("Comment", preset.comment);
  preset.bytes = std::move(bytes);
  return preset;
}

std::vector<PresetFile> ofBundle(const fs::path& path) {
  std::vector<PresetFile> presets;
  for (const Lv2Preset& lv2 : readLv2Presets(path)) {
    PresetFile preset;
    preset.path = path;
    preset.program = lv2.uri;
    preset.format = PresetFormat::lv2;
    preset.synthId = lv2.pluginUri;
    preset.name = oneLine(lv2.label);
    preset.category = oneLine(lv2.bank);
    preset.author = oneLine(lv2.author);
    preset.comment = oneLine(lv2.comment);
    const std::string text = lv2StateText(lv2);
    preset.bytes.assign(text.begin(), text.end());
    presets.push_back(std::move(preset));
  }
  if (presets.size() == 1) presets.front().program.clear();
  return presets;
}

std::vector<PresetFile> read(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return ofBundle(path);
  Bytes bytes = readFile(path);
  if (bytes.empty()) failInput("{} is empty", path.string());
  if (isFxBank(bytes)) return ofBank(path, parseFxBank(bytes));
  if (startsWith(bytes, "CcnK")) {
    const Fxp fxp = parseFxp(bytes);
    return {ofFxp(path, fxp, std::move(bytes))};
  }
  if (startsWith(bytes, "VST3")) return {ofVstPreset(path, std::move(bytes))};
  constexpr const char* kKnown = "no .fxp or .fxb, no .vstpreset, no LV2 bundle";
  if (const auto foreign = foreignFormat(path, bytes))
    failInput("{} is no preset that is known here ({}): it is {}; {}", path.string(), kKnown, foreign->what,
              foreign->help);
  failInput("{} is no preset that is known here: {}", path.string(), kKnown);
}

bool isPresetName(const fs::path& path) {
  const std::string extension = lowerCase(path.extension().string());
  return extension == ".fxp" || extension == ".fxb" || extension == ".vstpreset";
}

/// A plug-in's bundle without presets is no preset that is broken: it is none.
bool namesPresets(const fs::path& folder) {
  const fs::path manifest = folder / "manifest.ttl";
  std::error_code error;
  if (!fs::is_regular_file(manifest, error)) return false;
  try {
    return readTextFile(manifest).find("Preset") != std::string::npos;
  } catch (const Error&) {
    return true;  // whoever reads the presets says what is wrong
  }
}

/// What macOS puts beside files in archives and on foreign disks, which are no files of the user's.
bool isOfMacOs(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with("._") || name == "__MACOSX";
}

/// Finds what lies under folders, each folder once.
class FolderWalk {
 public:
  /// Walks through a folder. Links to folders are followed last, so that a folder that is reached in two ways
  /// is named by its own path.
  void run(const fs::path& path) {
    std::deque<fs::path> links{path};
    while (!links.empty()) {
      const fs::path next = links.front();
      links.pop_front();
      std::vector<fs::path> passed;
      collect(next, passed);
      std::sort(passed.begin(), passed.end());
      links.insert(links.end(), passed.begin(), passed.end());
    }
    std::sort(presets.begin(), presets.end());
    std::sort(others.begin(), others.end());
  }

  std::vector<fs::path> presets;  ///< files whose names say so, and LV2 bundles
  std::vector<fs::path> others;   ///< all other files

 private:
  void collect(const fs::path& folder, std::vector<fs::path>& links) {
    std::error_code error;
    if (!seen_.insert(fs::weakly_canonical(folder, error)).second) return;
    if (namesPresets(folder)) {
      presets.push_back(folder);
      return;
    }
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      std::error_code ignored;
      const fs::path& path = entry->path();
      if (isOfMacOs(path)) continue;
      if (!entry->is_directory(ignored)) {
        if (entry->is_regular_file(ignored)) (isPresetName(path) ? presets : others).push_back(path);
      } else if (entry->is_symlink(ignored)) {
        links.push_back(path);
      } else {
        collect(path, links);
      }
    }
  }

  std::set<fs::path> seen_;  ///< canonical, as links may lead back
};

Bytes firstBytes(const fs::path& file) {
  constexpr std::size_t kEnough = 16;
  Bytes head(kEnough);
  std::ifstream stream(file, std::ios::binary);
  stream.read(reinterpret_cast<char*>(head.data()), std::streamsize(head.size()));
  head.resize(std::size_t(std::max<std::streamsize>(stream.gcount(), 0)));
  return head;
}

}  // namespace

std::vector<PresetFile> readPresets(const fs::path& path) {
  std::vector<PresetFile> presets;
  try {
    presets = read(path);
  } catch (const Error& error) {
    // The formats know bytes and no files.
    const std::string message = error.what();
    if (message.find(path.string()) != std::string::npos) throw;
    throw Error(error.code(), path.string() + ": " + message);
  }
  for (auto& preset : presets)
    if (preset.name.empty()) preset.name = oneLine(path.stem().string());
  return presets;
}

PresetFile readPresetFile(const fs::path& path) {
  auto presets = readPresets(path);
  if (presets.size() > 1) failInput("{} holds {} presets; name one of them", path.string(), presets.size());
  return std::move(presets.front());
}

std::vector<fs::path> presetPathsUnder(const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!fs::exists(status)) failInput("{}: no such file or folder", path.string());
  if (!fs::is_directory(status)) return {path};
  fs::directory_iterator readable(path, error);
  if (error) failInput("{}: cannot be listed ({})", path.string(), error.message());
  FolderWalk walk;
  walk.run(path);
  return std::move(walk.presets);
}

std::vector<ForeignFiles> foreignFilesUnder(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return {};
  FolderWalk walk;
  walk.run(folder);
  std::vector<ForeignFiles> kinds;
  for (const fs::path& file : walk.others) {
    const auto format = foreignFormat(file, firstBytes(file));
    if (!format) continue;
    const auto known = std::find_if(kinds.begin(), kinds.end(), [&](const ForeignFiles& kind) {
      return kind.format.what == format->what;
    });
    if (known != kinds.end()) ++known->count;
    else kinds.push_back({*format, file, 1});
  }
  return kinds;
}

}  // namespace patchpilot
