#include "synth/catalogue.h"

#include "base/error.h"
#include "base/files.h"
#include "base/places.h"
#include "synth/lv2_folder.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int kCacheFormat = 2;

bool isBundle(const fs::path& path, const char* extension) { return path.extension() == extension; }

/// What is opened at a time: a VST3 bundle, or a folder of LV2 bundles, which JUCE reads as one.
struct Unit {
  fs::path path;
  std::string format;
};

void addVst3Bundles(const fs::path& folder, std::vector<Unit>& units) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), end;
       it != end; it.increment(error)) {
    if (!isBundle(it->path(), ".vst3")) continue;
    it.disable_recursion_pending();
    found.push_back(it->path());
  }
  std::sort(found.begin(), found.end());
  for (auto& path : found) units.push_back({std::move(path), "VST3"});
}

std::vector<Unit> unitsToScan(const std::vector<fs::path>& files) {
  std::vector<Unit> units;
  for (const auto& file : files) {
    fs::path path = fs::absolute(file).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    if (!fs::exists(path)) failInput("{}: no such plug-in", path.string());
    if (isBundle(path, ".vst3")) units.push_back({path, "VST3"});
    else if (isBundle(path, ".lv2")) units.push_back({path.parent_path(), "LV2"});
    else failInput("{} is neither a .vst3 nor a .lv2 bundle", path.string());
  }
  for (const auto& folder : vst3Folders()) addVst3Bundles(folder, units);
  for (const auto& folder : lv2Folders())
    if (fs::is_directory(folder)) units.push_back({folder, "LV2"});

  std::set<fs::path> seen;
  std::erase_if(units,
                [&](const Unit& unit) { return !seen.insert(fs::weakly_canonical(unit.path)).second; });
  return units;
}

/// Changes when a file of the unit that scanning depends on changes. Reads no file.
std::string stampOf(const Unit& unit) {
  std::string stamp;
  const auto add = [&](const fs::path& file) {
    std::error_code error;
    const auto time = fs::last_write_time(file, error);
    if (!error) stamp += fmt::format("{}:{};", file.filename().string(), time.time_since_epoch().count());
  };
  std::error_code error;
  if (unit.format == "LV2") {
    std::vector<fs::path> bundles;
    for (const auto& entry : fs::directory_iterator(unit.path, error)) bundles.push_back(entry.path());
    std::sort(bundles.begin(), bundles.end());
    for (const auto& bundle : bundles) {
      add(bundle);
      add(bundle / "manifest.ttl");
    }
  } else {
    add(unit.path);
    for (const auto& entry : fs::recursive_directory_iterator(unit.path, error))
      if (entry.path().extension() == ".so") add(entry.path());
  }
  return contentHash(stamp);
}

PluginInfo pluginFromJson(const json& j, const Unit& unit, const std::string& stamp) {
  return {j.at("name"), j.at("vendor"),     j.at("version"),    unit.format,
          j.at("id"),   unit.path.string(), j.at("parameters"), stamp};
}

/// A worker that is started when first asked, and anew after it died.
class Scanner {
 public:
  explicit Scanner(const WorkerLimits& limits) : limits_(limits) {}

  template <typename Answer>
  Answer ask(const WorkerRequest& request) {
    if (session_ == nullptr) session_ = std::make_unique<WorkerSession>();
    try {
      return session_->ask<Answer>(request, limits_.load);
    } catch (const WorkerDied&) {
      session_.reset();
      throw;
    }
  }

 private:
  WorkerLimits limits_;
  std::unique_ptr<WorkerSession> session_;
};

/// Opens one plug-in, and says what went wrong if it did.
template <typename Use>
void attempt(json& entry, const std::string& path, const Use& use) {
  try {
    use();
  } catch (const WorkerDied& death) {
    entry["problems"].push_back(
        {{"path", path}, {"problem", std::string(death.what()) + " while it was opened"}});
  } catch (const WorkerRefused& refusal) {
    entry["problems"].push_back({{"path", path}, {"problem", refusal.what()}});
  }
}

json cached(const ScannedInstrument& plugin) {
  return {{"name", plugin.name},     {"vendor", plugin.vendor}, {"version", plugin.version},
          {"format", plugin.format}, {"id", plugin.id},         {"parameters", plugin.parameters}};
}

json scanUnit(const Unit& unit, Scanner& scanner) {
  json entry = {{"plugins", json::array()}, {"problems", json::array()}};
  attempt(entry, unit.path.string(), [&] {
    const auto found = scanner.ask<ScanAnswer>(ScanRequest{unit.format, unit.path.string()});
    const auto versions =
        unit.format == "LV2" ? Lv2Folder(unit.path).versions() : std::map<std::string, std::string>();
    for (ScannedInstrument plugin : found.instruments) {
      if (unit.format == "VST3") {
        entry["plugins"].push_back(cached(plugin));
        continue;
      }
      // JUCE looks into the standard folders as well, whatever it is told.
      const auto version = versions.find(plugin.id);
      if (version == versions.end()) continue;
      plugin.version = version->second;
      // LV2 plug-ins are listed from their descriptions; now each is opened by itself.
      attempt(entry, plugin.id, [&] {
        const auto loaded = scanner.ask<LoadAnswer>(LoadRequest{"LV2", unit.path.string(), plugin.id, {}, 0});
        plugin.parameters = std::int32_t(loaded.parameters.size());
        entry["plugins"].push_back(cached(plugin));
      });
    }
  });
  return entry;
}

fs::path cacheFile() { return cacheFolder() / "plugins.json"; }

json readCache() {
  try {
    json cache = json::parse(readTextFile(cacheFile()));
    if (cache.value("format", 0) == kCacheFormat) return cache;
  } catch (const std::exception&) {
    // No cache, or a broken one: it is made anew.
  }
  return {{"format", kCacheFormat}, {"units", json::object()}};
}

void writeCache(const json& cache) {
  try {
    fs::create_directories(cacheFolder());
    writeFileAtomically(cacheFile(), cache.dump(1));
  } catch (const std::exception&) {
    // Nothing depends on the cache but the time of the next scan.
  }
}

std::string listOf(const std::vector<fs::path>& folders) {
  std::string list;
  for (const auto& folder : folders) list += (list.empty() ? "" : ", ") + folder.string();
  return list;
}

}  // namespace

Catalogue scanPlugins(const ScanOptions& options) {
  json cache = readCache();
  Scanner scanner(options.limits);
  Catalogue catalogue;
  bool changed = false;
  for (const Unit& unit : unitsToScan(options.files)) {
    const std::string stamp = stampOf(unit);
    json& entry = cache["units"][unit.path.string()];
    if (options.rescan || entry.is_null() || entry.value("stamp", "") != stamp) {
      if (options.onScan) options.onScan(unit.path.string());
      entry = scanUnit(unit, scanner);
      entry["stamp"] = stamp;
      changed = true;
    }
    for (const auto& plugin : entry.at("plugins"))
      catalogue.plugins.push_back(pluginFromJson(plugin, unit, stamp));
    for (const auto& problem : entry.at("problems"))
      catalogue.problems.push_back({problem.at("path"), problem.at("problem")});
  }
  if (changed) writeCache(cache);
  return catalogue;
}

PluginInfo findPlugin(const std::string& format, const std::string& id, const std::string& name,
                      const ScanOptions& options) {
  const Catalogue catalogue = scanPlugins(options);
  for (const auto& plugin : catalogue.plugins)
    if (plugin.format == format && plugin.id == id) return plugin;
  for (const auto& problem : catalogue.problems)
    if (problem.path == id || problem.path.find(name) != std::string::npos)
      failPlugin("{} ({}) {}: {}; reinstall it, or run 'patchpilot synths --rescan' after mending it", name,
                 format, problem.problem, problem.path);
  failPlugin("{} is not installed as {} (looked in {}); install it, or set {}_PATH to its folder", name,
             format, listOf(format == "VST3" ? vst3Folders() : lv2Folders()), format);
}

}  // namespace patchpilot
