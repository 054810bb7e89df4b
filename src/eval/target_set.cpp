#include "eval/target_set.h"

#include "base/error.h"
#include "preset/preset_file.h"
#include "preset/preset_hash.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

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

fs::path soundOf(const json& object, const std::string& name, const fs::path& folder, const fs::path& list) {
  if (object.contains("file")) return within(folder, object.at("file").get<std::string>(), list);
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

TargetEntry entryOf(const json& object, const fs::path& folder, const fs::path& list) {
  TargetEntry entry;
  entry.name = object.at("name").get<std::string>();
  checkName(entry.name, list);
  entry.kind = object.value("kind", "");
  entry.file = soundOf(object, entry.name, folder, list);
  entry.note = object.at("note").get<int>();
  entry.velocity = object.value("velocity", 100);
  entry.lengthSeconds = object.at("note_off_s").get<double>();
  entry.tempoBpm = object.value("bpm", kUsualBpm);
  checkRange("bpm", entry.tempoBpm, kSlowestBpm, kFastestBpm, entry.name, list);
  checkRange("note", entry.note, 0, 127, entry.name, list);
  checkRange("velocity", entry.velocity, 1, 127, entry.name, list);
  entry.onsetSeconds = object.value("note_on_s", 0.0);
  checkRange("note_off_s", entry.lengthSeconds, 0.001, 600, entry.name, list);
  checkRange("note_on_s", entry.onsetSeconds, 0, entry.lengthSeconds - 0.001, entry.name, list);
  entry.space = object.value("space", "");
  entry.baseHash = object.value("base", "");
  entry.parameters = object.value("params", std::map<std::string, float>{});
  if (object.contains("preset")) entry.preset = within(folder, object.at("preset").get<std::string>(), list);
  entry.patch = object.value("patch", "");
  if (object.contains("library")) {
    const json& from = object.at("library");
    entry.fromLibrary = {from.at("file").get<std::string>(), from.at("patch").get<std::int64_t>(),
                         from.at("identity").get<std::string>()};
  }
  entry.excluded = object.value("exclude", std::vector<std::string>{});
  return entry;
}

json parseList(const fs::path& list) {
  json document;
  try {
    document = json::parse(readTextFile(list));
  } catch (const json::exception& error) {
    failInput("{} is no JSON: {}", list.string(), error.what());
  }
  if (!document.is_array() || document.empty())
    failInput("{} is no list of targets: an array of objects is expected", list.string());
  return document;
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

std::optional<Patch> TargetEntry::truth(const Synth& synth) const {
  const ParameterSpace& known = synth.space();
  if (!preset.empty()) {
    try {
      return readPatchFile(preset, known, synth);
    } catch (const Error&) {
      return std::nullopt;  // another synth's
    }
  }
  if (parameters.empty() || (!space.empty() && space != known.name)) return std::nullopt;
  if (!baseHash.empty() && baseHash != contentHash(synth.base())) return std::nullopt;
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
  for (const json& object : parseList(list)) {
    TargetEntry entry;
    try {
      entry = entryOf(object, folder, list);
    } catch (const json::exception& error) {
      failInput("{}: entry {} is no target: {}", list.string(), names.size(), error.what());
    }
    if (!names.insert(entry.name).second)
      failInput("{}: two targets are named '{}'", list.string(), entry.name);
    kindsThere.insert(entry.kind);
    if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), entry.kind) == kinds.end()) continue;
    hashes += contentHash(object.dump()) + contentHash(readFile(entry.file));
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
                     const std::vector<json>& about) {
  json list = json::array();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const TargetEntry& entry = entries[i];
    json object = about[i];
    object.update({{"name", entry.name},
                   {"kind", entry.kind},
                   {"file", entry.file.filename().string()},
                   {"note", entry.note},
                   {"velocity", entry.velocity},
                   {"note_off_s", entry.lengthSeconds}});
    if (entry.tempoBpm != kUsualBpm) object["bpm"] = entry.tempoBpm;
    if (entry.onsetSeconds > 0) object["note_on_s"] = entry.onsetSeconds;
    if (!entry.space.empty()) object["space"] = entry.space;
    if (!entry.baseHash.empty()) object["base"] = entry.baseHash;
    if (!entry.parameters.empty()) object["params"] = entry.parameters;
    if (!entry.preset.empty()) object["preset"] = fs::relative(entry.preset, folder).string();
    if (entry.fromLibrary)
      object["library"] = {{"file", entry.fromLibrary->file},
                           {"patch", entry.fromLibrary->id},
                           {"identity", entry.fromLibrary->identity}};
    if (!entry.excluded.empty()) object["exclude"] = entry.excluded;
    list.push_back(std::move(object));
  }
  writeFileAtomically(folder / kTargetList, list.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

}  // namespace patchpilot
