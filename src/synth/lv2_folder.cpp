#include "synth/lv2_folder.h"

#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/event/event.h>
#include <lv2/midi/midi.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// How many folders deep vendors may file their bundles.
constexpr int kLv2VendorDepth = 3;

using Node = std::unique_ptr<LilvNode, decltype(&lilv_node_free)>;

Node uriNode(LilvWorld* world, const char* uri) { return {lilv_new_uri(world, uri), lilv_node_free}; }

bool isBundle(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / "manifest.ttl", error);
}

/// The folders in a folder, links to folders included, in the order of their paths.
std::vector<fs::path> foldersIn(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// @param seen  canonical paths, as links may lead back
void collectFolders(const fs::path& folder, int depth, std::set<fs::path>& seen,
                    std::vector<fs::path>& found) {
  std::error_code error;
  if (!seen.insert(fs::weakly_canonical(folder, error)).second) return;
  const auto inner = foldersIn(folder);
  if (std::any_of(inner.begin(), inner.end(), isBundle)) found.push_back(folder);
  if (depth == kLv2VendorDepth) return;
  for (const auto& one : inner)
    if (!isBundle(one)) collectFolders(one, depth + 1, seen, found);
}

fs::path pathOf(const LilvNode* uri) {
  const std::unique_ptr<char, decltype(&lilv_free)> path(
      uri != nullptr ? lilv_file_uri_parse(lilv_node_as_uri(uri), nullptr) : nullptr, lilv_free);
  return path != nullptr ? path.get() : "";
}

std::string textOf(LilvNode* owned) {
  const Node node(owned, lilv_node_free);
  return node != nullptr ? lilv_node_as_string(node.get()) : "";
}

std::string firstValue(const LilvPlugin* plugin, const Node& predicate) {
  LilvNodes* values = lilv_plugin_get_value(plugin, predicate.get());
  const std::string text = values != nullptr ? lilv_node_as_string(lilv_nodes_get_first(values)) : "";
  lilv_nodes_free(values);
  return text;
}

std::string versionOf(LilvWorld* world, const LilvPlugin* plugin) {
  const std::string full = firstValue(plugin, uriNode(world, LILV_NS_DOAP "revision"));
  const std::string major = firstValue(plugin, uriNode(world, LV2_CORE__minorVersion));
  const std::string patch = firstValue(plugin, uriNode(world, LV2_CORE__microVersion));
  if (!full.empty()) return full;
  return major.empty() ? "" : major + "." + (patch.empty() ? "0" : patch);
}

/// Whether the class, or one that it is derived from, is a generator: an instrument's is.
bool isGenerator(LilvWorld* world, const LilvPlugin* plugin) {
  constexpr int kDeepest = 16;  // a broken specification may derive a class from itself
  const LilvPluginClasses* classes = lilv_world_get_plugin_classes(world);
  const LilvPluginClass* kind = lilv_plugin_get_class(plugin);
  for (int depth = 0; kind != nullptr && depth < kDeepest; ++depth) {
    const LilvNode* uri = lilv_plugin_class_get_uri(kind);
    const std::string name = uri != nullptr ? lilv_node_as_uri(uri) : "";
    if (name == LV2_CORE__GeneratorPlugin || name == LV2_CORE__InstrumentPlugin) return true;
    const LilvNode* parent = lilv_plugin_class_get_parent_uri(kind);
    kind = parent != nullptr ? lilv_plugin_classes_get_by_uri(classes, parent) : nullptr;
  }
  return false;
}

/// Whether notes go in, and sound comes out that is not made of other sound.
bool playsNotes(LilvWorld* world, const LilvPlugin* plugin) {
  const Node audio = uriNode(world, LV2_CORE__AudioPort), input = uriNode(world, LV2_CORE__InputPort),
             output = uriNode(world, LV2_CORE__OutputPort), midi = uriNode(world, LV2_MIDI__MidiEvent);
  bool hearsNotes = false, hasOutput = false;
  for (std::uint32_t i = 0; i < lilv_plugin_get_num_ports(plugin); ++i) {
    const LilvPort* port = lilv_plugin_get_port_by_index(plugin, i);
    const bool isInput = lilv_port_is_a(plugin, port, input.get());
    if (lilv_port_is_a(plugin, port, audio.get())) {
      if (isInput) return false;
      hasOutput = hasOutput || lilv_port_is_a(plugin, port, output.get());
    }
    hearsNotes = hearsNotes || (isInput && lilv_port_supports_event(plugin, port, midi.get()));
  }
  return hearsNotes && hasOutput;
}

}  // namespace

std::vector<fs::path> lv2BundlesIn(const fs::path& folder) {
  std::vector<fs::path> bundles = foldersIn(folder);
  std::erase_if(bundles, [](const fs::path& inner) { return !isBundle(inner); });
  return bundles;
}

std::vector<fs::path> lv2FoldersUnder(const fs::path& folder) {
  std::vector<fs::path> found;
  std::set<fs::path> seen;
  collectFolders(folder, 0, seen, found);
  return found;
}

Lv2Folder::Lv2Folder(const fs::path& folder) : world_(lilv_world_new(), lilv_world_free) {
  std::vector<fs::path> bundles = lv2BundlesIn(folder);
  // The classes, so that one derived from an instrument is known for one. They lie in a bundle of LV2's own,
  // which may be in another folder.
  const auto isCore = [](const fs::path& bundle) { return bundle.filename() == "core.lv2"; };
  for (const fs::path core : {"/usr/lib/lv2/core.lv2", "/usr/local/lib/lv2/core.lv2"})
    if (isBundle(core) && std::none_of(bundles.begin(), bundles.end(), isCore)) bundles.push_back(core);
  for (const auto& path : bundles) {
    const Node bundle(lilv_new_file_uri(world_.get(), nullptr, (path.string() + "/").c_str()),
                      lilv_node_free);
    lilv_world_load_bundle(world_.get(), bundle.get());
  }
  lilv_world_load_specifications(world_.get());
  lilv_world_load_plugin_classes(world_.get());
}

std::vector<Lv2Description> Lv2Folder::plugins() const {
  LilvWorld* world = world_.get();
  std::vector<Lv2Description> found;
  const LilvPlugins* plugins = lilv_world_get_all_plugins(world);
  LILV_FOREACH(plugins, i, plugins) {
    const LilvPlugin* plugin = lilv_plugins_get(plugins, i);
    Lv2Description one;
    one.uri = lilv_node_as_uri(lilv_plugin_get_uri(plugin));
    one.name = textOf(lilv_plugin_get_name(plugin));
    if (one.name.empty()) one.name = one.uri;
    one.vendor = textOf(lilv_plugin_get_author_name(plugin));
    one.version = versionOf(world, plugin);
    one.bundle = pathOf(lilv_plugin_get_bundle_uri(plugin));
    if (!one.bundle.has_filename()) one.bundle = one.bundle.parent_path();
    one.library = pathOf(lilv_plugin_get_library_uri(plugin));
    one.instrument = isGenerator(world, plugin) || playsNotes(world, plugin);
    found.push_back(std::move(one));
  }
  return found;
}

std::map<std::string, PortRange> Lv2Folder::portRanges(const std::string& uri) const {
  LilvWorld* world = world_.get();
  const Node id = uriNode(world, uri.c_str()), control = uriNode(world, LV2_CORE__ControlPort),
             input = uriNode(world, LV2_CORE__InputPort);
  std::map<std::string, PortRange> ranges;
  const LilvPlugin* plugin = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(world), id.get());
  if (plugin == nullptr) return ranges;
  const std::uint32_t count = lilv_plugin_get_num_ports(plugin);
  std::vector<float> least(count), most(count), start(count);
  lilv_plugin_get_port_ranges_float(plugin, least.data(), most.data(), start.data());
  for (std::uint32_t i = 0; i < count; ++i) {
    const LilvPort* port = lilv_plugin_get_port_by_index(plugin, i);
    if (!lilv_port_is_a(plugin, port, control.get()) || !lilv_port_is_a(plugin, port, input.get())) continue;
    if (std::isnan(least[i]) || std::isnan(most[i])) continue;
    ranges[lilv_node_as_string(lilv_port_get_symbol(plugin, port))] = {least[i], most[i]};
  }
  return ranges;
}

}  // namespace patchpilot
