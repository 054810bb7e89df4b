#include "web/libraries.h"

#include "base/files.h"
#include "base/patience.h"
#include "base/places.h"
#include "embed/models.h"
#include "eval/library_map.h"
#include "library/library.h"
#include "synth/parameter_space.h"
#include "web/http_error.h"
#include "web/job.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int kMapPoints = 4000;
constexpr std::size_t kMostBuildsQueued = 50;
constexpr const char* kScan = "scan";  ///< the job that looks for the plug-ins

std::string shortHash(const std::string& text) { return contentHash(text).substr(0, 16); }

std::string idOfPlugin(const PluginInfo& plugin) { return shortHash(plugin.format + " " + plugin.id); }

bool isThere(const fs::path& file) {
  const auto folders = modelFolders();
  return std::any_of(folders.begin(), folders.end(),
                     [&](const fs::path& folder) { return fs::is_regular_file(folder / file); });
}

/// Those that can be used; a description that is wrong is the command's to tell (`patchpilot models`).
std::vector<Model> readableModels() {
  try {
    return models();
  } catch (const Error&) {
    return {};
  }
}

/// Whether words can be searched for among the vectors of an embedder.
bool canSearchTexts(const std::vector<Model>& models, const std::string& embedder) {
  if (networksModule().empty()) return false;
  for (const Model& model : models)
    for (const NetworkEmbedder& one : model.embedders) {
      if (one.name != embedder || !knowsTexts(one)) continue;
      // tokenizer.json holds what its other files for texts do.
      return std::all_of(model.files.begin(), model.files.end(), [](const ModelFile& file) {
        return isThere(file.name) ||
               (file.forTexts && isThere(fs::path(file.name).parent_path() / "tokenizer.json"));
      });
    }
  return false;
}

/// All embedders that this program knows, and whether it can use them.
std::vector<EmbedderView> viewsOfEmbedders(const std::vector<Model>& models) {
  const EmbedderInfo own = embedderInfo(kMelEnvelopeName);
  std::vector<EmbedderView> views{{own.name, own.version, true, false}};
  for (const Model& model : models)
    for (const NetworkEmbedder& one : model.embedders)
      views.push_back({one.name, one.version, !networksModule().empty() && !one.files.empty(),
                       canSearchTexts(models, one.name)});
  return views;
}

std::vector<ModelView> viewsOf(const std::vector<Model>& models) {
  std::vector<ModelView> views;
  for (const Model& model : models) views.push_back({model.name, model.title, modelFiles(model).has_value()});
  return views;
}

std::vector<std::string> spacesOf(const PluginInfo& plugin, const std::vector<ParameterSpace>& spaces) {
  std::vector<std::string> names;
  for (const ParameterSpace& space : spaces)
    if (space.synthFormat == plugin.format && space.synthId == plugin.id) names.push_back(space.name);
  return names;
}

/// What a library is called.
std::string nameFor(const BuildRequest& request, const std::string& space, const std::string& synth) {
  return request.name.value_or(space.empty() ? synth : space);
}

std::string fileName(const std::string& text) {
  std::string name;
  for (const char c : text) name += std::isalnum(static_cast<unsigned char>(c)) || c == '-' ? c : '-';
  return name;
}

}  // namespace

Libraries::Libraries(const Store& store, Feed& feed, fs::path program, const std::vector<std::string>& files,
                     ReadFacts readFacts)
    : store_(store),
      feed_(feed),
      program_(std::move(program)),
      readFacts_(std::move(readFacts)),
      scans_(1, 1, *this),
      queue_(1, kMostBuildsQueued, *this) {
  std::vector<fs::path> all(files.begin(), files.end());
  std::vector<fs::path> own;
  for (const auto& one : fs::directory_iterator(store_.place("libraries")))
    if (one.path().extension() == ".db" && fs::file_size(one.path()) > 0) own.push_back(one.path());
  std::sort(own.begin(), own.end());
  for (const auto& file : files) factsOf(fs::weakly_canonical(file));  // throws if one is no library
  all.insert(all.end(), own.begin(), own.end());
  for (const fs::path& file : all) {
    const fs::path whole = fs::canonical(file);
    if (idOf(whole).empty())
      entries_.push_back({shortHash(whole.string()), whole.stem().string(), whole, "", ""});
  }
  // In a process of its own, which can be ended while a plug-in takes its time to open.
  scans_.add(kScan, std::make_shared<JobProcess>(program_, [] { return ScanJob{}; }));
}

Libraries::~Libraries() {
  scans_.close();
  queue_.close();
}

std::shared_ptr<const LibraryFacts> Libraries::factsOf(const fs::path& file) {
  return facts_.get(file.string(), {stampOf(file)}, [&] { return readFacts_(file); });
}

std::shared_ptr<const Libraries::Spaces> Libraries::spaces() {
  return spaces_.get("", stampsBelow(spaceFolders(), ".toml"), [] { return installedSpaces(); });
}

std::shared_ptr<const std::vector<Model>> Libraries::models() {
  return models_.get("", stampsBelow(modelFolders()), readableModels);
}

std::shared_ptr<const Libraries::Plugins> Libraries::plugins() {
  std::lock_guard lock(mutex_);
  return plugins_;
}

void Libraries::setPlugins(Plugins plugins) {
  std::lock_guard lock(mutex_);
  plugins_ = std::make_shared<const Plugins>(std::move(plugins));
  feed_.note();
}

LibraryView Libraries::viewOf(const Entry& entry, const std::vector<Model>& models) {
  LibraryView view{.id = entry.id, .name = entry.name, .own = isOwn(entry)};
  if (!entry.job.empty()) view.build = entry.job;
  try {
    view.facts = *factsOf(entry.file);
    view.texts = std::any_of(view.facts->embedders.begin(), view.facts->embedders.end(),
                             [&](const std::string& name) { return canSearchTexts(models, name); });
  } catch (const Error& error) {
    view.problem = error.what();  // its build has only begun, or it is no longer there
  }
  return view;
}

StateView Libraries::state() {
  const auto plugins = this->plugins();
  std::vector<Entry> entries;
  {
    std::lock_guard lock(mutex_);
    entries = entries_;
  }
  const auto models = this->models();
  const auto spaces = this->spaces();
  StateView state;
  std::vector<std::string> files;
  for (const Entry& entry : entries) {
    state.libraries.push_back(viewOf(entry, *models));
    files.push_back(entry.file.string());
  }
  facts_.keepOnly(files);
  state.scanning = !plugins;
  if (plugins)
    for (const PluginInfo& plugin : *plugins)
      state.synths.push_back({idOfPlugin(plugin), plugin.name, plugin.format, plugin.vendor, plugin.version,
                              spacesOf(plugin, *spaces)});
  state.models = viewsOf(*models);
  state.embedders = viewsOfEmbedders(*models);
  return state;
}

Libraries::Entry& Libraries::entry(const std::string& id) {
  for (Entry& entry : entries_)
    if (entry.id == id) return entry;
  refuse(404, "there is no library '{}'; load the page again", id);
}

fs::path Libraries::file(const std::string& id) {
  std::lock_guard lock(mutex_);
  return entry(id).file;
}

std::string Libraries::idOf(const fs::path& file) {
  std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_)
    if (entry.file == file) return entry.id;
  return "";
}

bool Libraries::isOwn(const Entry& entry) const {
  return entry.file.parent_path() == store_.place("libraries");
}

void Libraries::remove(const std::string& id) {
  std::lock_guard lock(mutex_);
  const Entry& one = entry(id);
  if (!one.job.empty()) refuse(409, "{} is being built; stop that first", one.name);
  if (!isOwn(one))
    refuse(403,
           "{} was not made here, but named when Patch Pilot was started; delete its file by hand, and leave "
           "it out the next time",
           one.name);
  // The library itself last: where this is cut short, it is still one.
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(one.file.parent_path())) {
    const std::string name = file.path().filename().string(), own = one.file.filename().string();
    if (name.starts_with(own + ".") || name.starts_with(own + "-")) files.push_back(file.path());
  }
  files.push_back(one.file);
  for (const fs::path& file : files) {
    std::error_code error;
    fs::remove(file, error);
    if (error) failSystem("cannot remove {}: {}", file.filename().string(), error.message());
  }
  std::erase_if(entries_, [&](const Entry& entry) { return entry.id == id; });
  feed_.noteRemoval("library", id);
}

BuildJob Libraries::jobFor(const BuildRequest& request) {
  const auto plugins = this->plugins();
  if (!plugins) refuse(503, "the synths are still being looked for; try again in some seconds");
  const auto plugin = std::find_if(plugins->begin(), plugins->end(),
                                   [&](const PluginInfo& p) { return idOfPlugin(p) == request.synth; });
  if (plugin == plugins->end()) refuse(404, "there is no synth '{}'; load the page again", request.synth);
  const auto spaces = spacesOf(*plugin, *this->spaces());
  if (request.space && std::find(spaces.begin(), spaces.end(), *request.space) == spaces.end())
    refuse(400, "{} has no space '{}'", plugin->name, *request.space);
  const std::string space = request.space ? *request.space : spaces.empty() ? "" : spaces.front();
  const fs::path file = store_.place("libraries") / (fileName(nameFor(request, space, plugin->name)) + ".db");
  return {file, space, plugin->format, plugin->id, plugin->name, request.count, request.bpm};
}

json Libraries::build(const json& body) {
  const BuildRequest request = buildRequestFrom(body);
  const BuildJob job = jobFor(request);
  std::lock_guard lock(mutex_);
  auto build = std::make_unique<Build>();
  build->file = job.file;
  build->facts = {.id = newId(),
                  .name = nameFor(request, job.space, job.synth),
                  .created = timeNow(),
                  .library = shortHash(job.file.string()),
                  .total = job.count};
  const std::string id = build->facts.id;
  auto entry =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.file == job.file; });
  if (entry != entries_.end() && !entry->job.empty())
    refuse(409, "{} is being built already", build->facts.name);
  if (!queue_.add(id, std::make_shared<JobProcess>(program_, [job] { return job; })))
    refuse(429, "{} libraries wait already; stop some", kMostBuildsQueued);
  if (entry == entries_.end())
    entry =
        entries_.insert(entries_.end(), {build->facts.library, job.file.stem().string(), job.file, "", ""});
  entry->job = id;
  touch(*build);
  builds_.push_back(std::move(build));
  return {{"id", entry->id}, {"job", id}};
}

void Libraries::touch(Build& build) { build.version = feed_.note(); }

Libraries::Build& Libraries::buildOf(const std::string& id) {
  for (auto& build : builds_)
    if (build->facts.id == id) return *build;
  refuse(404, "there is no job '{}'", id);
}

json Libraries::job(const std::string& id) {
  std::lock_guard lock(mutex_);
  return toJson(buildOf(id).facts);
}

json Libraries::jobs() {
  std::lock_guard lock(mutex_);
  json list = json::array();
  for (auto build = builds_.rbegin(); build != builds_.rend(); ++build)
    list.push_back(toJson((*build)->facts));
  return {{"jobs", list}};
}

bool Libraries::isOver(const std::string& job) {
  std::lock_guard lock(mutex_);
  return patchpilot::isOver(buildOf(job).facts.state);
}

void Libraries::stop(const std::string& id) {
  job(id);  // throws if there is none
  queue_.stop(id);
}

std::vector<json> Libraries::changedSince(std::uint64_t seen) {
  std::lock_guard lock(mutex_);
  std::vector<json> changed;
  for (const auto& build : builds_)
    if (build->version > seen) changed.push_back(toJson(build->facts));
  return changed;
}

void Libraries::jobStarted(const std::string& id) {
  if (id == kScan) return;
  std::lock_guard lock(mutex_);
  Build& build = buildOf(id);
  build.facts.state = BuildState::building;
  touch(build);
}

void Libraries::jobTold(const std::string& id, const JobEvent& event) {
  if (const auto* scanned = std::get_if<Scanned>(&event)) return setPlugins(scanned->plugins);
  std::lock_guard lock(mutex_);
  Build& build = buildOf(id);
  BuildFacts& facts = build.facts;
  if (const auto* progress = std::get_if<BuildProgressed>(&event)) {
    facts.done = progress->done;
    if (!build.doneAtBegin) build.doneAtBegin = facts.done, build.begin = steadySeconds();
    if (facts.done > *build.doneAtBegin && facts.total >= facts.done)
      facts.secondsLeft = double(facts.total - facts.done) * (steadySeconds() - build.begin) /
                          double(facts.done - *build.doneAtBegin);
  } else if (const auto* built = std::get_if<Built>(&event)) {
    facts.done = built->patches;
  }
  touch(build);
}

void Libraries::jobEnded(const std::string& id, const JobOutcome& outcome) {
  if (id == kScan) {
    // If it has crashed there are no plug-ins to build with, but libraries can be searched.
    if (!plugins()) setPlugins({});
    return;
  }
  const fs::path file = [&] {
    std::lock_guard lock(mutex_);
    return buildOf(id).file;
  }();
  std::error_code ignored;
  const bool exists = fs::exists(file, ignored);
  std::lock_guard lock(mutex_);
  Build& build = buildOf(id);
  build.facts.state = outcome.state == JobState::done      ? BuildState::done
                      : outcome.state == JobState::stopped ? BuildState::stopped
                                                           : BuildState::failed;
  build.facts.error = outcome.problem;
  build.facts.secondsLeft.reset();
  for (Entry& entry : entries_)
    if (entry.job == id) entry.job.clear(), entry.map.clear();
  if (!exists) std::erase_if(entries_, [&](const Entry& entry) { return entry.file == file; });
  touch(build);
}

std::string Libraries::map(const std::string& id) {
  fs::path file;
  {
    std::lock_guard lock(mutex_);
    Entry& one = entry(id);
    if (!one.map.empty()) return one.map;
    file = one.file;
  }
  Library library = Library::open(file);
  std::vector<MapPointView> points;
  for (const MapPoint& point : libraryMapPoints(library, kMapPoints))
    points.push_back({point.place[0], point.place[1], point.place[2], point.patch, point.note, point.levelDb,
                      fs::path(library.patches().source(point.patch)).stem().string()});
  const std::string map = toJson(points).dump(-1, ' ', false, json::error_handler_t::replace);
  std::lock_guard lock(mutex_);
  if (Entry& one = entry(id); one.job.empty()) one.map = map;
  return map;
}

}  // namespace patchpilot
