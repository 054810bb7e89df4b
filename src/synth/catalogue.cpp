#include "synth/catalogue.h"

#include "base/error.h"
#include "base/files.h"
#include "base/places.h"
#include "preset/turtle.h"
#include "synth/lv2_folder.h"
#include "synth/scan_cache.h"

#include <algorithm>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

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

/// A worker that is started when first asked, and anew after it died.
class Scanner {
 public:
  explicit Scanner(const WorkerLimits& limits) : limits_(limits) {}

  template <typename Answer>
  Answer ask(const WorkerRequest& request) {
    if (session_ == nullptr) session_ = std::make_unique<WorkerSession>();
    try {
      return session_->ask<Answer>(request, limits_.load, limits_.stop);
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
void attempt(ScannedUnit& scanned, const std::string& path, const std::string& name, const Use& use) {
  const auto tell = [&](std::string problem, bool again) {
    scanned.failures.push_back({{path, std::move(problem), name}, again});
  };
  try {
    use();
  } catch (const WorkerDied& death) {
    tell(std::string(death.what()) + " while it was opened", false);
  } catch (const WorkerRefused& refusal) {
    tell(refusal.what(), true);
  }
}

/// @param plugin  as a worker or lilv describes it
PluginInfo pluginOf(const Unit& unit, const std::string& stamp, const ScannedInstrument& plugin,
                    const std::string& bundle) {
  return {plugin.name,        plugin.vendor,     plugin.version, unit.format, plugin.id,
          unit.path.string(), plugin.parameters, bundle,         stamp};
}

void scanVst3(const Unit& unit, Scanner& scanner, ScannedUnit& scanned) {
  attempt(scanned, unit.path.string(), unit.path.stem().string(), [&] {
    const auto found = scanner.ask<ScanAnswer>(ScanRequest{unit.path.string()});
    for (const ScannedInstrument& plugin : found.instruments)
      scanned.plugins.push_back(pluginOf(unit, scanned.stamp, plugin, unit.path.string()));
  });
}

/// Names the bundles that lilv cannot read: it lists no plug-in of theirs.
/// @param read  the bundles of which it lists plug-ins
void addUnreadableBundles(const Unit& unit, const std::set<fs::path>& read, ScannedUnit& scanned) {
  for (const auto& bundle : lv2BundlesIn(unit.path)) try {
      if (read.contains(bundle)) continue;
      const fs::path manifest = bundle / "manifest.ttl";
      readTurtle(readTextFile(manifest), "file://" + bundle.string() + "/", manifest.string(),
                 [](const TurtleNode&, const std::string&, const TurtleNode&) {});
    } catch (const Error& error) {
      scanned.failures.push_back({{bundle.string(), error.what(), bundle.stem().string()}, true});
    }
}

/// @param only  the plug-ins to open, by their URIs; all if there are none
void scanLv2(const Unit& unit, Scanner& scanner, const std::set<std::string>& only, ScannedUnit& scanned) {
  std::set<fs::path> read;
  for (const Lv2Description& found : Lv2Folder(unit.path).plugins()) {
    ScannedInstrument plugin{found.name, found.vendor, found.version, "LV2", found.uri, 0};
    const std::string bundle = found.bundle.string();
    if (fs::path(bundle).parent_path() != unit.path) continue;  // LV2's own, which are read with each folder
    read.insert(found.bundle);
    if (!found.instrument) {
      scanned.others.push_back(pluginOf(unit, scanned.stamp, plugin, bundle));
      continue;
    }
    if (!only.empty() && !only.contains(found.uri)) continue;
    attempt(scanned, found.uri, found.name, [&] {
      const LoadRequest load{
          .format = "LV2", .path = unit.path.string(), .id = found.uri, .library = found.library.string()};
      plugin.parameters = std::int32_t(scanner.ask<LoadAnswer>(load).parameters.size());
      scanned.plugins.push_back(pluginOf(unit, scanned.stamp, plugin, bundle));
    });
  }
  addUnreadableBundles(unit, read, scanned);
}

/// @param only  of a folder of LV2 bundles, the plug-ins to open; all if there are none
ScannedUnit scanUnit(const Unit& unit, const std::string& stamp, Scanner& scanner,
                     const std::set<std::string>& only = {}) {
  ScannedUnit scanned{unit.path.string(), stamp, {}, {}, {}};
  if (unit.format == "LV2") scanLv2(unit, scanner, only, scanned);
  else scanVst3(unit, scanner, scanned);
  return scanned;
}

/// Opens again what was refused before. @return whether anything is other than it was
bool retryFailures(const Unit& unit, Scanner& scanner, ScannedUnit& known) {
  std::set<std::string> paths;
  for (const ScanFailure& failure : known.failures)
    if (failure.again) paths.insert(failure.problem.path);
  if (paths.empty()) return false;
  ScannedUnit fresh = scanUnit(unit, known.stamp, scanner, paths);
  for (const ScanFailure& failure : known.failures)
    if (!failure.again) fresh.failures.push_back(failure);
  const bool changed = !fresh.plugins.empty() || fresh.failures != known.failures;
  if (unit.format == "LV2")
    fresh.plugins.insert(fresh.plugins.end(), known.plugins.begin(), known.plugins.end());
  known = std::move(fresh);
  return changed;
}

}  // namespace

Catalogue scanPlugins(const ScanOptions& options) {
  ScanCache cache = ScanCache::read();
  Scanner scanner(options.limits);
  Catalogue catalogue;
  bool changed = false;
  for (const Unit& unit : unitsToScan(options.files)) {
    const std::string stamp = stampOf(unit);
    ScannedUnit& known = cache.unit(unit.path.string());
    const bool fresh = options.rescan || known.stamp != stamp;
    if (fresh) {
      if (options.onScan) options.onScan(unit.path.string());
      known = scanUnit(unit, stamp, scanner);
      changed = true;
    } else if (options.retry) {
      changed = retryFailures(unit, scanner, known) || changed;
    }
    catalogue.plugins.insert(catalogue.plugins.end(), known.plugins.begin(), known.plugins.end());
    catalogue.others.insert(catalogue.others.end(), known.others.begin(), known.others.end());
    for (const ScanFailure& failure : known.failures) {
      PluginProblem& problem = catalogue.problems.emplace_back(failure.problem);
      problem.remembered = !fresh && !failure.again;
    }
  }
  if (changed) cache.write();
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
