#include "synth/lv2_folder.h"

#include <lilv/lilv.h>
#include <lv2/core/lv2.h>

#include <cmath>
#include <vector>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

using Node = std::unique_ptr<LilvNode, decltype(&lilv_node_free)>;

Node uriNode(LilvWorld* world, const char* uri) { return {lilv_new_uri(world, uri), lilv_node_free}; }

}  // namespace

Lv2Folder::Lv2Folder(const fs::path& folder) : world_(lilv_world_new(), lilv_world_free) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".lv2") continue;
    const Node bundle(lilv_new_file_uri(world_.get(), nullptr, (entry.path().string() + "/").c_str()),
                      lilv_node_free);
    lilv_world_load_bundle(world_.get(), bundle.get());
  }
}

std::map<std::string, std::string> Lv2Folder::versions() const {
  LilvWorld* world = world_.get();
  const Node minor = uriNode(world, LV2_CORE__minorVersion), micro = uriNode(world, LV2_CORE__microVersion),
             revision = uriNode(world, LILV_NS_DOAP "revision");
  std::map<std::string, std::string> versions;
  const LilvPlugins* plugins = lilv_world_get_all_plugins(world);
  LILV_FOREACH(plugins, i, plugins) {
    const LilvPlugin* plugin = lilv_plugins_get(plugins, i);
    const auto first = [&](const Node& predicate) -> std::string {
      LilvNodes* values = lilv_plugin_get_value(plugin, predicate.get());
      const std::string text = values != nullptr ? lilv_node_as_string(lilv_nodes_get_first(values)) : "";
      lilv_nodes_free(values);
      return text;
    };
    const std::string full = first(revision), major = first(minor), patch = first(micro);
    versions[lilv_node_as_uri(lilv_plugin_get_uri(plugin))] =
        !full.empty()   ? full
        : major.empty() ? ""
                        : major + "." + (patch.empty() ? "0" : patch);
  }
  return versions;
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
