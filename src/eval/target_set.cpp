#include "eval/target_set.h"

#include "base/error.h"
#include "preset/preset_file.h"
#include "preset/preset_hash.h"
#include "wire/json_codec.h"

#include <algorithm>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;

template <typename Visitor, Either<LibraryPatch> One>
void nameFields(Visitor& visit, One& patch) {
  visit("file", patch.file);
  visit("patch", patch.id);
  visit("identity", patch.identity);
}

namespace {

void checkName(const std::string& name, const fs::path& list) {
  if (!isTargetName(name))
    failInput("{}: '{}' is no name for a target; use letters, digits, '-', '_', '.' and blanks",
              list.string(), name);
}

/// A file of the set; one that a list places outside its folder is refused.
fs::path within(const fs::path& folder, const std::string& file, const fs::path& list) {
  const fs::path relative(file);
  if (relative.is_absolute() || std::find(relative.begin(), relative.end(), "..") != relative.end())
    failInput("{}: file '{}' lies outside the set's folder; put it beside the list", list.string(), file);
  return folder / relative;
}

/// The members of an entry that are read: files are named as they stand in the list.
struct ListedTarget {
  TargetEntry entry;
  std::string file, preset;
};

template <typename Visitor, Either<ListedTarget> One>
void nameFields(Visitor& visit, One& listed) {
  auto& entry = listed.entry;
  visit("name", entry.name);
  visit.unless("", "file", listed.file);
  visit("note", entry.note);
  visit("note_off_s", entry.lengthSeconds);
  if constexpr (Visitor::kReads) {
    visit.unless("", "kind", entry.kind);
    visit.unless(100, "velocity", entry.velocity);
  } else {
    visit("kind", entry.kind);
    visit("velocity", entry.velocity);
  }
  visit.unless(kUsualBpm, "bpm", entry.tempoBpm);
  visit.unless(0, "note_on_s", entry.onsetSeconds);
  visit.unless("", "space", entry.space);
  visit.unless("", "base", entry.baseHash);
  visit.unless({}, "params", entry.parameters);
  visit.unless("", "preset", listed.preset);
  visit.unless("", "patch", entry.patch);
  visit.unless({}, "library", entry.fromLibrary);
  visit.unless({}, "exclude", entry.excluded);
}

/// An entry as it is written.
struct MadeTarget {
  ListedTarget listed;
  TargetMaking making;
};

/// The plug-in that played a target.
struct Player {
  const PluginInfo& plugin;
};

void nameFields(JsonWriter& visit, const Player& player) {
  visit("name", player.plugin.name);
  visit("version", player.plugin.version);
  visit("format", player.plugin.format);
  visit("id", player.plugin.id);
}

void nameFields(JsonWriter& visit, const MadeTarget& made) {
  nameFields(visit, made.listed);
  visit.unless({}, "duration_s", made.making.durationSeconds);
  visit.unless({}, "seed", made.making.seed);
  if (made.making.synth) visit("synth", Player{*made.making.synth});
  visit.unless({}, "program", made.making.program);
  visit.unless("", "soundfont", made.making.soundfont);
}

fs::path soundOf(const ListedTarget& listed, const fs::path& folder, const fs::path& list) {
  if (!listed.file.empty()) return within(folder, listed.file, list);
  const std::string& name = listed.entry.name;
  for (const char* extension : {".wav", ".flac"}) {
    const fs::path file = folder / (name + extension);
    if (std::error_code ignored; fs::exists(file, ignored)) return file;
  }
  failInput("{}: target '{}' has no sound: neither {}.wav nor {}.flac is there", list.string(), name, name,
            name);
}

void checkRange(const char* what, double value, double least, double most, const std::string& name,
                const fs::path& list) {
  if (!(value >= least && value <= most))
    failInput("{}: {} of target '{}' is {:g}; it must lie from {:g} to {:g}", list.string(), what, name,
              value, least, most);
}

TargetEntry entryOf(ListedTarget listed, const fs::path& folder, const fs::path& list) {
  TargetEntry& entry = listed.entry;
  checkName(entry.name, list);
  entry.file = soundOf(listed, folder, list);
  checkRange("bpm", entry.tempoBpm, kSlowestBpm, kFastestBpm, entry.name, list);
  checkRange("note", entry.note, 0, 127, entry.name, list);
  checkRange("velocity", entry.velocity, 1, 127, entry.name, list);
  checkRange("note_off_s", entry.lengthSeconds, 0.001, 600, entry.name, list);
  checkRange("note_on_s", entry.onsetSeconds, 0, entry.lengthSeconds - 0.001, entry.name, list);
  if (!listed.preset.empty()) entry.preset = within(folder, listed.preset, list);
  return std::move(entry);
}

/// The entries of a list, each as JSON.
std::vector<std::string> entriesOf(const fs::path& list) {
  const auto entries = jsonItems(readTextFile(list), list.string());
  if (!entries || entries->empty())
    failInput("{} is no list of targets: an array of objects is expected", list.string());
  return *entries;
}

ListedTarget listedTarget(const std::string& entry, std::size_t index, const fs::path& list) {
  try {
    return fromJsonText<ListedTarget>(entry);
  } catch (const Error& error) {
    failInput("{}: entry {} is no target: {}", list.string(), index, error.what());
  }
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

bool isTargetName(const std::string& name) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == ' ';
  };
  return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), plain);
}

std::optional<Patch> TargetEntry::truth(Engine& engine) const {
  const ParameterSpace& known = engine.space();
  const Synth* plugin = engine.plugin();
  if (!preset.empty()) {
    if (plugin == nullptr) return std::nullopt;
    try {
      return readPatchFile(preset, known, *plugin);
    } catch (const Error&) {
      return std::nullopt;  // another synth's
    }
  }
  if (parameters.empty() || (!space.empty() && space != known.name)) return std::nullopt;
  if (!baseHash.empty() && baseHash != contentHash(plugin ? plugin->base() : Bytes())) return std::nullopt;
  if (parameters.size() != known.parameters.size()) return std::nullopt;
  std::vector<float> values;
  for (const ParameterSpec& spec : known.parameters) {
    const auto it = parameters.find(spec.key);
    if (it == parameters.end()) return std::nullopt;
    values.push_back(it->second);
  }
  return Patch::point(std::move(values));
}

TargetSet readTargetSet(const fs::path& folder, const std::vector<std::string>& kinds) {
  const fs::path list = folder / kTargetList;
  if (std::error_code ignored; !fs::exists(list, ignored))
    failInput("{} holds no {}: 'patchpilot targets make' writes a target set", folder.string(), kTargetList);
  TargetSet set{folder, {}, {}};
  std::set<std::string> names, kindsThere;
  std::string hashes;
  for (const std::string& text : entriesOf(list)) {
    TargetEntry entry = entryOf(listedTarget(text, names.size(), list), folder, list);
    if (!names.insert(entry.name).second)
      failInput("{}: two targets are named '{}'", list.string(), entry.name);
    kindsThere.insert(entry.kind);
    if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), entry.kind) == kinds.end()) continue;
    hashes += contentHash(text) + contentHash(readFile(entry.file));
    set.entries.push_back(std::move(entry));
  }
  if (set.entries.empty())
    failInput("{} has no target of that kind; there are: {}", list.string(), joined(kindsThere));
  set.fingerprint = contentHash(hashes);
  return set;
}

void excludeOwnPresets(TargetSet& set, const fs::path& presets) {
  for (TargetEntry& entry : set.entries)
    if (!entry.patch.empty()) {
      entry.preset = presets / fs::path(entry.patch).relative_path();
      entry.excluded.push_back(presetHash(readPresetFile(entry.preset).bytes));
    }
}

void writeTargetList(const fs::path& folder, const std::vector<TargetEntry>& entries,
                     const std::vector<TargetMaking>& makings) {
  std::vector<MadeTarget> list;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const TargetEntry& entry = entries[i];
    list.push_back({{entry, entry.file.filename().string(),
                     entry.preset.empty() ? "" : fs::relative(entry.preset, folder).string()},
                    makings[i]});
  }
  writeFileAtomically(folder / kTargetList, jsonText(list, 1) + "\n");
}

}  // namespace patchpilot
