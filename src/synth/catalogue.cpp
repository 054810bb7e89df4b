#include "synth/catalogue.h"

#include "base/error.h"
#include "base/files.h"
#include "base/places.h"
#include "preset/turtle.h"
#include "synth/lv2_folder.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int kCacheFormat = 3;

/// How many folders deep vendors may file their bundles.
constexpr int kVendorDepth = 8;

bool isVst3(const fs::path& path) { return path.extension() == ".vst3"; }

bool isLv2Bundle(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error) && fs::exists(path / "manifest.ttl", error);
}

/// What is opened at a time: a VST3 bundle, or a folder of LV2 bundles, which JUCE reads as one.
struct Unit {
  fs::path path;
  std::string format;
};

/// @param seen  canonical paths, as links may lead back
void collectVst3Bundles(const fs::path& folder, int depth, std::set<fs::path>& seen,
                        std::vector<fs::path>& found) {
  std::error_code error;
  if (!seen.insert(fs::weakly_canonical(folder, error)).second || depth > kVendorDepth) return;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (isVst3(entry->path())) found.push_back(entry->path());
    else if (entry->is_directory(ignored)) collectVst3Bundles(entry->path(), depth + 1, seen, found);
  }
}

fs::path normalized(const fs::path& path) {
  const fs::path whole = fs::absolute(path).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

void addUnitsUnder(const fs::path& place, const std::string& format, std::vector<Unit>& units) {
  const fs::path folder = normalized(place);
  std::vector<fs::path> found;
  std::set<fs::path> seen;
  if (format == "LV2") found = lv2FoldersUnder(folder);
  else collectVst3Bundles(folder, 0, seen, found);
  if (format == "VST3") std::sort(found.begin(), found.end());
  for (auto& path : found) units.push_back({std::move(path), format});
}

void addNamedUnits(const fs::path& file, std::vector<Unit>& units) {
  const fs::path path = normalized(file);
  if (!fs::exists(path)) failInput("{}: no such plug-in", path.string());
  const std::size_t before = units.size();
  if (isVst3(path)) units.push_back({path, "VST3"});
  else if (isLv2Bundle(path)) units.push_back({path.parent_path(), "LV2"});
  else if (fs::is_directory(path))
    for (const char* format : {"VST3", "LV2"}) addUnitsUnder(path, format, units);
  if (units.size() == before)
    failInput("{} is neither a .vst3 nor an LV2 bundle (a folder with a manifest.ttl), and holds none",
              path.string());
}

std::vector<Unit> unitsToScan(const std::vector<fs::path>& files) {
  std::vector<Unit> units;
  for (const auto& file : files) addNamedUnits(file, units);
  for (const auto& folder : vst3Folders()) addUnitsUnder(folder, "VST3", units);
  for (const auto& folder : lv2Folders()) addUnitsUnder(folder, "LV2", units);

  std::set<fs::path> seen;
  std::erase_if(units,
                [&](const Unit& unit) { return !seen.insert(fs::weakly_canonical(unit.path)).second; });
  return units;
}

/// Adds what says whether a file is still the same. Reads no file.
void addToStamp(const fs::path& file, std::string& stamp) {
  std::error_code noTime, noSize;
  const auto time = fs::last_write_time(file, noTime);
  const auto size = fs::file_size(file, noSize);
  stamp += fmt::format("{}:{}:{};", file.filename().string(), noTime ? 0 : time.time_since_epoch().count(),
                       noSize ? 0 : size);
}

/// Every file of a bundle that scanning depends on: descriptions and binaries, which may be links whose files
/// come and go.
void addBundleToStamp(const fs::path& bundle, std::string& stamp) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(bundle, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().extension() == ".ttl" || entry->path().extension() == ".so")
      files.push_back(entry->path());
  std::sort(files.begin(), files.end());
  addToStamp(bundle, stamp);
  for (const auto& file : files) addToStamp(file, stamp);
}

/// Changes when a file of the unit that scanning depends on changes.
std::string stampOf(const Unit& unit) {
  std::string stamp;
  if (unit.format == "LV2") {
    for (const auto& bundle : lv2BundlesIn(unit.path)) addBundleToStamp(bundle, stamp);
    return contentHash(stamp);
  }
  addToStamp(unit.path, stamp);
  std::error_code error;
  std::vector<fs::path> libraries;
  for (const auto& entry : fs::recursive_directory_iterator(unit.path, error))
    if (entry.path().extension() == ".so") libraries.push_back(entry.path());
  std::sort(libraries.begin(), libraries.end());
  for (const auto& library : libraries) addToStamp(library, stamp);
  return contentHash(stamp);
}

PluginInfo pluginFromJson(const json& j, const Unit& unit, const std::string& stamp) {
  return {j.at("name"),       j.at("vendor"),     j.at("version"), unit.format, j.at("id"),
          unit.path.string(), j.at("parameters"), j.at("bundle"),  stamp};
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

/// Opens one plug-in, and says what went wrong if it did. One that is refused may lack something that comes
/// later, so it is tried again at the next scan.
template <typename Use>
void attempt(json& entry, const std::string& path, const std::string& name, const Use& use) {
  const auto tell = [&](const std::string& problem, bool again) {
    entry["problems"].push_back({{"path", path}, {"problem", problem}, {"name", name}, {"again", again}});
  };
  try {
    use();
  } catch (const WorkerDied& death) {
    tell(std::string(death.what()) + " while it was opened", false);
  } catch (const WorkerRefused& refusal) {
    tell(refusal.what(), true);
  }
}

json cached(const ScannedInstrument& plugin, const std::string& bundle) {
  return {{"name", plugin.name}, {"vendor", plugin.vendor},         {"version", plugin.version},
          {"id", plugin.id},     {"parameters", plugin.parameters}, {"bundle", bundle}};
}

json emptyEntry() {
  return {{"plugins", json::array()}, {"problems", json::array()}, {"others", json::array()}};
}

json scanVst3(const Unit& unit, Scanner& scanner) {
  json entry = emptyEntry();
  attempt(entry, unit.path.string(), unit.path.stem().string(), [&] {
    const auto found = scanner.ask<ScanAnswer>(ScanRequest{unit.path.string()});
    for (const ScannedInstrument& plugin : found.instruments)
      entry["plugins"].push_back(cached(plugin, unit.path.string()));
  });
  return entry;
}

/// Names the bundles that lilv cannot read: it lists no plug-in of theirs.
/// @param read  the bundles of which it lists plug-ins
void addUnreadableBundles(const Unit& unit, const std::set<fs::path>& read, json& entry) {
  for (const auto& bundle : lv2BundlesIn(unit.path)) try {
      if (read.contains(bundle)) continue;
      const fs::path manifest = bundle / "manifest.ttl";
      readTurtle(readTextFile(manifest), "file://" + bundle.string() + "/", manifest.string(),
                 [](const TurtleNode&, const std::string&, const TurtleNode&) {});
    } catch (const Error& error) {
      entry["problems"].push_back({{"path", bundle.string()},
                                   {"problem", error.what()},
                                   {"name", bundle.stem().string()},
                                   {"again", true}});
    }
}

/// @param only  the plug-ins to open, by their URIs; all if there are none
json scanLv2(const Unit& unit, Scanner& scanner, const std::set<std::string>& only = {}) {
  json entry = emptyEntry();
  std::set<fs::path> read;
  for (const Lv2Description& found : Lv2Folder(unit.path).plugins()) {
    ScannedInstrument plugin{found.name, found.vendor, found.version, "LV2", found.uri, 0};
    const std::string bundle = found.bundle.string();
    if (fs::path(bundle).parent_path() != unit.path) continue;  // LV2's own, which are read with each folder
    read.insert(found.bundle);
    if (!found.instrument) {
      entry["others"].push_back(cached(plugin, bundle));
      continue;
    }
    if (!only.empty() && !only.contains(found.uri)) continue;
    attempt(entry, found.uri, found.name, [&] {
      const LoadRequest load{
          .format = "LV2", .path = unit.path.string(), .id = found.uri, .library = found.library.string()};
      plugin.parameters = std::int32_t(scanner.ask<LoadAnswer>(load).parameters.size());
      entry["plugins"].push_back(cached(plugin, bundle));
    });
  }
  addUnreadableBundles(unit, read, entry);
  return entry;
}

json scanUnit(const Unit& unit, Scanner& scanner) {
  return unit.format == "LV2" ? scanLv2(unit, scanner) : scanVst3(unit, scanner);
}

std::set<std::string> problemsToRetry(const json& entry) {
  std::set<std::string> paths;
  for (const auto& problem : entry.at("problems"))
    if (problem.at("again").get<bool>()) paths.insert(problem.at("path").get<std::string>());
  return paths;
}

/// Opens again what was refused before. @return whether anything is other than it was
bool retryProblems(const Unit& unit, Scanner& scanner, json& entry) {
  const auto paths = problemsToRetry(entry);
  if (paths.empty()) return false;
  json fresh = unit.format == "LV2" ? scanLv2(unit, scanner, paths) : scanVst3(unit, scanner);
  for (const auto& problem : entry.at("problems"))
    if (!problem.at("again").get<bool>()) fresh["problems"].push_back(problem);
  if (unit.format == "LV2")
    for (const auto& plugin : entry.at("plugins")) fresh["plugins"].push_back(plugin);
  fresh["stamp"] = entry.at("stamp");
  const bool changed = fresh != entry;
  entry = std::move(fresh);
  return changed;
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
    writeFileAtomically(cacheFile(), cache.dump(1, ' ', false, nlohmann::json::error_handler_t::replace));
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
    const bool fresh = options.rescan || entry.is_null() || entry.value("stamp", "") != stamp;
    if (fresh) {
      if (options.onScan) options.onScan(unit.path.string());
      entry = scanUnit(unit, scanner);
      entry["stamp"] = stamp;
      changed = true;
    } else if (options.retry) {
      changed = retryProblems(unit, scanner, entry) || changed;
    }
    for (const auto& plugin : entry.at("plugins"))
      catalogue.plugins.push_back(pluginFromJson(plugin, unit, stamp));
    for (const auto& plugin : entry.at("others"))
      catalogue.others.push_back(pluginFromJson(plugin, unit, stamp));
    for (const auto& problem : entry.at("problems"))
      catalogue.problems.push_back({problem.at("path"), problem.at("problem"), problem.at("name"),
                                    !fresh && !problem.at("again").get<bool>()});
  }
  if (changed) writeCache(cache);
  return catalogue;
}

PluginInfo findPlugin(const std::string& format, const std::string& id, const std::string& name,
                      const ScanOptions& options) {
  ScanOptions asked = options;
  asked.retry = false;  // others that cannot be opened do not matter here
  Catalogue catalogue = scanPlugins(asked);
  const auto find = [&]() -> const PluginInfo* {
    for (const auto& plugin : catalogue.plugins)
      if (plugin.format == format && plugin.id == id) return &plugin;
    return nullptr;
  };
  const auto isAskedFor = [&](const PluginProblem& problem) {
    return problem.path == id || problem.name == name || problem.path.find(name) != std::string::npos;
  };
  const PluginInfo* found = find();
  if (found == nullptr && options.retry &&
      std::any_of(catalogue.problems.begin(), catalogue.problems.end(), isAskedFor)) {
    catalogue = scanPlugins(options);
    found = find();
  }
  if (found != nullptr) return *found;
  for (const auto& problem : catalogue.problems)
    if (isAskedFor(problem))
      failPlugin("{} ({}) cannot be used: {}{}; {}", name, format, problem.problem,
                 problem.path == id ? "" : ", " + problem.path,
                 problem.remembered ? "it is not tried again until a file of it changes; 'patchpilot synths "
                                      "--rescan' tries again"
                                    : "reinstall it, or mend what it says");
  for (const auto& other : catalogue.others)
    if (other.format == format && other.id == id)
      failPlugin("{} ({}) plays no notes: it is an effect, or makes no sound of its own", name, format);
  failPlugin("{} is not installed as {} (looked in {}); install it, or set {}_PATH to its folder", name,
             format, listOf(format == "VST3" ? vst3Folders() : lv2Folders()), format);
}

}  // namespace patchpilot
