#include "synth/instance_notes.h"

#include "synth/cache_file.h"

#include <algorithm>
#include <vector>

namespace patchpilot {

namespace {

constexpr std::string_view kNotesFile = "instances.cache";
/// Raised if `dependsOnHistory` comes to judge otherwise, or the fields change.
constexpr std::uint16_t kNotesVersion = 1;

/// What was found out of a plug-in.
struct InstanceNote {
  std::string plugin;  ///< format, id and path
  std::string state;   ///< version and files that it was found out with
  std::optional<bool> dependsOnHistory;
  std::vector<std::string> presets;  ///< sets of them, by their hashes, that do not reach beyond their notes
};

/// Sets of presets that are remembered for a plug-in.
constexpr std::size_t kMostSets = 200;

struct InstanceNotes {
  std::vector<InstanceNote> notes;

  InstanceNote* of(const std::string& plugin) {
    const auto found = std::find_if(notes.begin(), notes.end(),
                                    [&](const InstanceNote& note) { return note.plugin == plugin; });
    return found == notes.end() ? nullptr : &*found;
  }
};

std::string nameOf(const PluginInfo& plugin) { return plugin.format + " " + plugin.id + " " + plugin.path; }

std::string stateOf(const PluginInfo& plugin) { return plugin.version + " " + plugin.stamp; }

}  // namespace

template <typename Visitor, typename Message>
requires isOneOf<Message, InstanceNote, InstanceNotes>
static void visitFields(Visitor& visit, Message& m) {
  if constexpr (isOneOf<Message, InstanceNote>) visit(m.plugin, m.state, m.dependsOnHistory, m.presets);
  else visit(m.notes);
}

std::optional<bool> knownToDependOnHistory(const PluginInfo& plugin, const std::string& presets) {
  auto known = readCacheFile<InstanceNotes>(kNotesFile, kNotesVersion);
  const InstanceNote* note = known.of(nameOf(plugin));
  if (note == nullptr || note->state != stateOf(plugin)) return std::nullopt;
  if (presets.empty() || note->dependsOnHistory.value_or(false)) return note->dependsOnHistory;
  if (std::find(note->presets.begin(), note->presets.end(), presets) != note->presets.end()) return false;
  return std::nullopt;
}

void rememberHistory(const PluginInfo& plugin, bool depends, const std::string& presets) {
  auto known = readCacheFile<InstanceNotes>(kNotesFile, kNotesVersion);
  InstanceNote* note = known.of(nameOf(plugin));
  if (note == nullptr) note = &known.notes.emplace_back();
  if (note->state != stateOf(plugin)) *note = {nameOf(plugin), stateOf(plugin), std::nullopt, {}};
  if (depends || presets.empty()) note->dependsOnHistory = depends;
  if (!presets.empty()) {
    note->presets.push_back(presets);
    if (note->presets.size() > kMostSets) note->presets.erase(note->presets.begin());
  }
  writeCacheFile(kNotesFile, kNotesVersion, known);
}

}  // namespace patchpilot
