#include "web/libraries.h"

#include "base/files.h"
#include "base/patience.h"
#include "base/places.h"
#include "embed/models.h"
#include "eval/library_map.h"
#include "library/library.h"
#include "synth/parameter_space.h"
#include "web/fields.h"
#include "web/http_error.h"
#include "web/job.h"

#include <algorithm>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int kMapPoints = 4000;
constexpr std::int64_t kMostPatches = 1'000'000;

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
json describeEmbedders(const std::vector<Model>& models) {
  const EmbedderInfo own = embedderInfo(kMelEnvelopeName);
  json list =
      json::array({{{"name", own.name}, {"version", own.version}, {"installed", true}, {"texts", false}}});
  for (const Model& model : models)
    for (const NetworkEmbedder& one : model.embedders)
      list.push_back({{"name", one.name},
                      {"version", one.version},
                      {"installed", !networksModule().empty() && !one.files.empty()},
                      {"texts", canSearchTexts(models, one.name)}});
  return list;
}

json describeModels(const std::vector<Model>& models) {
  json list = json::array();
  for (const Model& model : models)
    list.push_back(
        {{"name", model.name}, {"title", model.title}, {"installed", modelFiles(model).has_value()}});
  return list;
}

std::vector<std::string> spacesOf(const PluginInfo& plugin, const std::vector<ParameterSpace>& spaces) {
  std::vector<std::string> names;
  for (const ParameterSpace& space : spaces)
    if (space.synthFormat == plugin.format && space.synthId == plugin.id) names.push_back(space.name);
  return names;
}

std::string fileName(const std::string& text) {
  std::string name;
  for (const char c : text) name += std::isalnum(static_cast<unsigned char>(c)) || c == '-' ? c : '-';
  return name;
}

}  // namespace

struct Libraries::Job {
  std::string id, name, created, state = "queued", error;
  json request;  ///< for the process
  fs::path file;
  double done = 0, total = 0;
  double begin = 0, doneAtBegin = -1;
  std::uint64_t version = 0;
  JobProcess* process = nullptr;  ///< while it runs
  std::string
      end;  ///< what its state will be when the process has gone, which still holds the file until then

  bool isOver() const { return state == "done" || state == "stopped" || state == "failed"; }
};

Libraries::Libraries(const Store& store, Feed& feed, fs::path program, const std::vector<std::string>& files,
                     ReadFacts readFacts)
    : store_(store), feed_(feed), program_(std::move(program)), readFacts_(std::move(readFacts)) {
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
  scanner_ = std::thread([this] { scan(); });
  worker_ = std::thread([this] { work(); });
}

Libraries::~Libraries() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
    if (scanning_) scanning_->cancel();
    for (auto& job : jobs_)
      if (job->process) job->process->cancel();
  }
  wake_.notify_all();
  worker_.join();
  scanner_.join();
}

void Libraries::scan() {
  std::vector<PluginInfo> plugins;
  try {
    // In a process of its own, which can be ended while a plug-in takes its time to open.
    JobProcess process(program_, {{"job", "scan"}});
    {
      std::lock_guard lock(mutex_);
      scanning_ = &process;
      if (closing_) process.cancel();
    }
    process.follow([&](const json& message) { plugins = unpackPlugins(message.at("plugins")); });
    std::lock_guard lock(mutex_);
    scanning_ = nullptr;
  } catch (const Error&) {
    // There are none then, as where it crashes: libraries that are there can be searched.
  }
  std::lock_guard lock(mutex_);
  plugins_ = std::make_shared<const std::vector<PluginInfo>>(std::move(plugins));
  feed_.note();
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

json Libraries::describe(const Entry& entry, const std::vector<Model>& models) {
  json about = {{"id", entry.id},
                {"name", entry.name},
                {"own", isOwn(entry)},
                {"building", entry.job.empty() ? json() : json(entry.job)},
                {"patches", 0}};
  try {
    const auto facts = factsOf(entry.file);
    about.update({{"synth", facts->synth},
                  {"format", facts->format},
                  {"space", facts->space},
                  {"patches", facts->patches},
                  {"embedder", facts->embedders.front()},
                  {"embedders", facts->embedders},
                  {"texts", std::any_of(facts->embedders.begin(), facts->embedders.end(),
                                        [&](const auto& name) { return canSearchTexts(models, name); })},
                  {"notes", facts->notes}});
  } catch (const Error& error) {
    about["problem"] = error.what();  // its build has only begun, or it is no longer there
  }
  return about;
}

json Libraries::state() {
  std::vector<Entry> entries;
  std::shared_ptr<const std::vector<PluginInfo>> plugins;
  {
    std::lock_guard lock(mutex_);
    entries = entries_;
    plugins = plugins_;
  }
  json libraries = json::array(), synths = json::array();
  const auto models = this->models();
  std::vector<std::string> files;
  for (const Entry& entry : entries) {
    libraries.push_back(describe(entry, *models));
    files.push_back(entry.file.string());
  }
  facts_.keepOnly(files);
  const auto spaces = this->spaces();
  if (plugins)
    for (const PluginInfo& plugin : *plugins)
      synths.push_back({{"id", idOfPlugin(plugin)},
                        {"name", plugin.name},
                        {"format", plugin.format},
                        {"maker", plugin.vendor},
                        {"version", plugin.version},
                        {"spaces", spacesOf(plugin, *spaces)}});
  return {{"libraries", libraries},
          {"synths", synths},
          {"scanning", !plugins},
          {"models", describeModels(*models)},
          {"embedders", describeEmbedders(*models)}};
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

json Libraries::spaceFor(const json& body) {
  Fields fields(body);
  const auto synth = fields.text("synth"), space = fields.text("space"), name = fields.text("name", 80);
  const auto count = fields.whole("count", 1, kMostPatches);
  fields.end();
  if (!synth) refuse(400, "synth is missing; name one of those that /state lists");
  const auto plugins = [&] {
    std::lock_guard lock(mutex_);
    return plugins_;
  }();
  if (!plugins) refuse(503, "the synths are still being looked for; try again in some seconds");
  const auto plugin = std::find_if(plugins->begin(), plugins->end(),
                                   [&](const PluginInfo& p) { return idOfPlugin(p) == *synth; });
  if (plugin == plugins->end()) refuse(404, "there is no synth '{}'; load the page again", *synth);
  const auto spaces = spacesOf(*plugin, *this->spaces());
  if (space && std::find(spaces.begin(), spaces.end(), *space) == spaces.end())
    refuse(400, "{} has no space '{}'", plugin->name, *space);
  const std::string chosen = space ? *space : spaces.empty() ? "" : spaces.front();
  return {{"job", "build"},
          {"space", chosen},
          {"format", plugin->format},
          {"plugin", plugin->id},
          {"synth", plugin->name},
          {"count", count.value_or(3000)},
          {"name", name.value_or(chosen.empty() ? plugin->name : chosen)}};
}

json Libraries::build(const json& body) {
  auto job = std::make_unique<Job>();
  job->request = spaceFor(body);
  std::lock_guard lock(mutex_);
  job->id = newId();
  job->created = timeNow();
  job->name = job->request.at("name");
  job->total = job->request.at("count");
  const std::string stem = fileName(job->name);
  job->file = store_.place("libraries") / (stem + ".db");
  auto entry =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.file == job->file; });
  if (entry != entries_.end() && !entry->job.empty()) refuse(409, "{} is being built already", job->name);
  if (entry == entries_.end())
    entry = entries_.insert(entries_.end(), {shortHash(job->file.string()), stem, job->file, "", ""});
  entry->job = job->id;
  job->request["file"] = job->file.string();
  touch(*job);
  const json answer = {{"id", entry->id}, {"job", job->id}};
  jobs_.push_back(std::move(job));
  wake_.notify_all();
  return answer;
}

void Libraries::touch(Job& job) { job.version = feed_.note(); }

Libraries::Job& Libraries::jobOf(const std::string& id) {
  for (auto& job : jobs_)
    if (job->id == id) return *job;
  refuse(404, "there is no job '{}'", id);
}

json Libraries::describe(const Job& job) const {
  json about = {{"id", job.id},
                {"kind", "library"},
                {"name", job.name},
                {"created", job.created},
                {"state", job.state},
                {"library", shortHash(job.file.string())},
                {"progress", {{"done", job.done}, {"total", job.total}}}};
  if (!job.error.empty()) about["error"] = job.error;
  const double made = job.done - job.doneAtBegin, gone = steadySeconds() - job.begin;
  if (job.state == "building" && job.doneAtBegin >= 0 && made > 0)
    about["progress"]["seconds_left"] = (job.total - job.done) * gone / made;
  return about;
}

json Libraries::job(const std::string& id) {
  std::lock_guard lock(mutex_);
  return describe(jobOf(id));
}

json Libraries::jobs() {
  std::lock_guard lock(mutex_);
  json list = json::array();
  for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job) list.push_back(describe(**job));
  return {{"jobs", list}};
}

void Libraries::stop(const std::string& id) {
  std::lock_guard lock(mutex_);
  Job& job = jobOf(id);
  if (job.process) job.process->stop();
  else if (!job.isOver()) {
    job.state = "stopped";
    for (Entry& entry : entries_)
      if (entry.job == job.id) entry.job.clear();
    touch(job);
  }
}

std::vector<json> Libraries::changedSince(std::uint64_t seen) {
  std::lock_guard lock(mutex_);
  std::vector<json> changed;
  for (const auto& job : jobs_)
    if (job->version > seen) changed.push_back(describe(*job));
  return changed;
}

void Libraries::work() {
  for (;;) {
    Job* next = nullptr;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] {
        const auto queued =
            std::find_if(jobs_.begin(), jobs_.end(), [](const auto& job) { return job->state == "queued"; });
        next = queued == jobs_.end() ? nullptr : queued->get();
        return closing_ || next;
      });
      if (closing_) return;
      next->state = "building";
    }
    run(*next);
  }
}

void Libraries::run(Job& job) {
  std::string problem;
  try {
    JobProcess process(program_, job.request);
    {
      std::lock_guard lock(mutex_);
      job.process = &process;
      if (closing_) process.cancel();
    }
    problem = process.follow([&](const json& message) { take(job, message); });
    std::lock_guard lock(mutex_);
    job.process = nullptr;
  } catch (const std::exception& error) {
    problem = error.what();
  }
  std::error_code ignored;
  const bool exists = fs::exists(job.file, ignored);
  std::lock_guard lock(mutex_);
  if (!problem.empty()) job.state = "failed", job.error = problem;
  else job.state = job.end.empty() ? "stopped" : job.end;
  for (Entry& entry : entries_)
    if (entry.job == job.id) entry.job.clear(), entry.map.clear();
  if (!exists) std::erase_if(entries_, [&](const Entry& entry) { return entry.file == job.file; });
  touch(job);
}

void Libraries::take(Job& job, const json& message) {
  std::lock_guard lock(mutex_);
  if (message.at("event") == "building") {
    job.done = message.at("done");
    if (job.doneAtBegin < 0) job.doneAtBegin = job.done, job.begin = steadySeconds();
  } else if (message.at("event") == "end") {
    job.end = message.at("stopped").get<bool>() ? "stopped" : "done";
    job.done = message.at("patches");
  }
  touch(job);
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
  json points = json::array();
  for (const MapPoint& point : libraryMapPoints(library, kMapPoints)) {
    json one = {{"x", point.place[0]},  {"y", point.place[1]}, {"z", point.place[2]},
                {"patch", point.patch}, {"note", point.note},  {"level_db", point.levelDb}};
    if (const std::string source = library.patchSource(point.patch); !source.empty())
      one["name"] = fs::path(source).stem().string();
    points.push_back(std::move(one));
  }
  const std::string map = json{{"points", points}}.dump(-1, ' ', false, json::error_handler_t::replace);
  std::lock_guard lock(mutex_);
  if (Entry& one = entry(id); one.job.empty()) one.map = map;
  return map;
}

}  // namespace patchpilot
