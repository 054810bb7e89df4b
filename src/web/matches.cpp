#include "web/matches.h"

#include "base/files.h"
#include "web/fields.h"
#include "web/http_error.h"
#include "web/job.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::size_t kMostQueued = 50;
constexpr int kKeptGenerations = 3;
constexpr const char* kNearFile = "near.bin";  ///< of a match: the patches of which one is searched around
constexpr double kMostRefineSeconds = 24 * 3600;

bool isEnd(const std::string& state) { return state == "done" || state == "stopped" || state == "failed"; }

/// The best distance among candidates; null where they have none.
json bestMss(const json& candidates) {
  return candidates.empty() || !candidates.front().contains("distances")
             ? json()
             : candidates.front().at("distances").at("mss");
}

}  // namespace

struct Matches::Match {
  std::string id, name, created, state = "queued", error;
  json request = json::object();  ///< as it was asked for, checked
  json target;
  json progress = {{"phase", "queued"}, {"done", 0}, {"total", 0}};
  json curve = json::array();
  json candidates = json::array();
  json problems;                 ///< renders that were skipped: how many, and the first
  json remarks = json::array();  ///< what else somebody may want to know of how it was come by, a line each
  int generation = 0;
  bool provisional =
      false;  ///< the candidates are those of the first renders; the others are yet to be heard
  std::uint64_t version = 0;
};

Matches::Matches(const Store& store, Feed& feed, fs::path program, const Sounds& sounds, Libraries& libraries)
    : store_(store), feed_(feed), program_(std::move(program)), sounds_(sounds), libraries_(libraries) {
  for (const std::string& id : store_.ids("matches")) load(id);
  std::vector<Match*> waiting;
  for (auto& [id, match] : matches_)
    if (match->state == "queued") waiting.push_back(match.get());
  std::sort(waiting.begin(), waiting.end(),
            [](const Match* a, const Match* b) { return a->created < b->created; });
  for (const Match* match : waiting) queue_.push_back(match->id);
  worker_ = std::thread([this] { work(); });
}

Matches::~Matches() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
    if (process_) process_->cancel();
  }
  wake_.notify_all();
  worker_.join();
}

void Matches::load(const std::string& id) {
  auto match = std::make_unique<Match>();
  try {
    const json file = readJsonFile(store_.place("matches") / id / "match.json");
    match->id = id;
    match->name = file.at("name");
    match->created = file.at("created");
    match->state = file.at("state");
    match->error = file.at("error");
    match->request = file.at("request");
    match->target = file.at("target");
    match->curve = file.at("curve");
    match->candidates = file.at("candidates");
    match->generation = file.at("generation");
    match->provisional = file.value("provisional", false);
    match->problems = file.value("problems", json());
    match->remarks = file.value("remarks", json::array());
  } catch (const std::exception&) {
    return;  // it was killed before it was begun; its folder stays for whoever wants to look at it
  }
  // What was written last may be newer than what was noted last.
  while (fs::exists(store_.place("matches") / id / fmt::format("g{}", match->generation + 1) /
                    "candidates.json")) {
    const json document = readJsonFile(store_.place("matches") / id /
                                       fmt::format("g{}", ++match->generation) / "candidates.json");
    match->candidates = document.at("candidates");
    match->provisional = document.value("provisional", false);
    for (json& candidate : match->candidates) candidate.erase("parameters");
  }
  if (match->state != "queued" && !isEnd(match->state))
    end(*match,
        match->generation > 0 ? "" : "Patch Pilot ended before anything was found; start the match again");
  matches_[id] = std::move(match);
}

void Matches::save(const Match& match) const {
  const json file = {{"format", 1},
                     {"name", match.name},
                     {"created", match.created},
                     {"state", match.state},
                     {"error", match.error},
                     {"request", match.request},
                     {"target", match.target},
                     {"curve", match.curve},
                     {"candidates", match.candidates},
                     {"generation", match.generation},
                     {"provisional", match.provisional},
                     {"problems", match.problems},
                     {"remarks", match.remarks}};
  writeFileAtomically(store_.place("matches") / match.id / "match.json",
                      file.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

void Matches::touch(Match& match) const { match.version = feed_.note(); }

Matches::Match& Matches::get(const std::string& id) {
  const auto found = matches_.find(id);
  if (found == matches_.end()) refuse(404, "there is no match '{}'; it may have been removed", id);
  return *found->second;
}

json Matches::checked(const json& body) {
  Fields fields(body);
  json request = json::object();
  const auto put = [&](const char* key, const auto& value) {
    if (value) request[key] = *value;
  };
  put("sound", fields.text("sound"));
  put("text", fields.text("text", 300));
  put("start", fields.number("start", 0, kMostSoundSeconds));
  put("duration", fields.number("duration", 0.05, 30));
  put("note", fields.whole("note", 0, 127));
  put("length", fields.number("length", 0.001, 30));
  put("velocity", fields.whole("velocity", 1, 127));
  put("top", fields.whole("top", 1, 50));
  put("refine", fields.flag("refine"));
  put("seconds", fields.number("seconds", 0.1, kMostRefineSeconds));
  put("renders", fields.whole("renders", 1, 100'000'000));
  put("seed", fields.whole("seed", 0, std::int64_t(1) << 53));
  put("embedder", fields.text("embedder"));
  if (const auto libraries = fields.texts("libraries", 50); !libraries.empty())
    request["libraries"] = libraries;
  if (const json* near = fields.object("near")) {
    Fields of(*near);
    const auto match = of.text("match");
    const auto rank = of.whole("rank", 1, 1000);
    if (!match || !rank) refuse(400, "near needs match and rank, which name a candidate");
    request["near"] = {{"match", *match},
                       {"rank", *rank},
                       {"locked", of.texts("locked")},
                       {"changes", of.values("changes")}};
    const auto generation = of.whole("generation", 1, 1'000'000);
    request["near"]["generation"] = generation.value_or(get(*match).generation);
    of.end();
    takeDefaults(request, request["near"]);
  }
  fields.end();
  if (request.contains("sound") == request.contains("text"))
    refuse(400, "give either sound, the id of one, or text, words for it");
  if (!request.contains("libraries"))
    refuse(400, "libraries is missing; name those to search, as /state lists them");
  std::set<std::string> seen;
  for (const auto& library : request.at("libraries")) {
    libraries_.file(library.get<std::string>());  // says what is none
    if (!seen.insert(library.get<std::string>()).second)
      refuse(400, "library '{}' is named twice", library.get<std::string>());
  }
  return request;
}

fs::path Matches::patchesOf(const json& near) const {
  return store_.place("matches") / near.at("match").get<std::string>() /
         fmt::format("g{}", near.at("generation").get<int>()) / kPatchesFile;
}

/// What a search around a candidate does not say is as in the match that found it.
void Matches::takeDefaults(json& request, const json& near) {
  const Match& from = get(near.at("match").get<std::string>());
  if (from.request.contains("text"))
    refuse(400, "words have no sound to come nearer to; drop a sound, and search on from there");
  const bool sameSound = !request.contains("sound") || request.at("sound") == from.request.at("sound");
  for (const char* key : {"sound", "start", "duration", "note", "length", "velocity"})
    if (sameSound && !request.contains(key) && from.request.contains(key))
      request[key] = from.request.at(key);
  const fs::path file = patchesOf(near);
  if (!fs::exists(file))
    refuse(404, "these candidates have been replaced by better ones; load the match again");
  const auto patches = readPatches(file);
  const auto index = near.at("rank").get<std::size_t>() - 1;
  if (index >= patches.size()) refuse(404, "there is no candidate {}", index + 1);
  const std::string library = libraries_.idOf(patches[index].library);
  if (library.empty())
    refuse(409, "the library that found this candidate is not open; start Patch Pilot with it");
  request["libraries"] = json::array({library});  // those of other synths have nothing to give
}

std::string Matches::start(const json& body) {
  std::lock_guard lock(mutex_);
  auto match = std::make_unique<Match>();
  match->request = checked(body);
  if (queue_.size() >= kMostQueued) refuse(429, "{} matches wait already; stop some", queue_.size());
  match->id = newId();
  match->created = timeNow();
  match->name =
      match->request.contains("text")
          ? match->request.at("text").get<std::string>()
          : fs::path(sounds_.facts(match->request.at("sound")).at("name").get<std::string>()).stem().string();
  const fs::path folder = store_.place("matches") / match->id;
  fs::create_directory(folder);
  if (match->request.contains("near"))
    fs::copy_file(patchesOf(match->request.at("near")),
                  folder / kNearFile);  // it may have gone when this one runs
  save(*match);
  const std::string id = match->id;
  queue_.push_back(id);
  touch(*match);
  matches_[id] = std::move(match);
  wake_.notify_all();
  return id;
}

json Matches::list() {
  std::lock_guard lock(mutex_);
  std::vector<const Match*> all;
  for (const auto& [id, match] : matches_) all.push_back(match.get());
  std::sort(all.begin(), all.end(), [](const Match* a, const Match* b) { return a->created > b->created; });
  json list = json::array();
  for (const Match* match : all) {
    std::set<std::string> synths;
    for (const json& candidate : match->candidates) synths.insert(candidate.at("synth").get<std::string>());
    list.push_back({{"id", match->id},
                    {"name", match->name},
                    {"created", match->created},
                    {"state", match->state},
                    {"note", match->target.is_object() ? match->target.at("note") : json()},
                    {"best_mss", bestMss(match->candidates)},
                    {"synths", synths}});
  }
  return {{"matches", list}};
}

json Matches::describe(const Match& match) const {
  const std::string base = fmt::format("/api/v1/matches/{}", match.id),
                    suffix = fmt::format("?g={}", match.generation);
  json candidates = json::array();
  for (const json& written : match.candidates) {
    const int rank = written.at("rank");
    const std::string place = fmt::format("{}/candidates/{}", base, rank);
    json presets = json::array();
    for (const json& file : written.at("files").at("presets")) {
      const fs::path name = file.get<std::string>();
      presets.push_back({{"url", fmt::format("{}/presets/{}{}", place, name.string(), suffix)},
                         {"name", fmt::format("{} {}{}", match.name, rank, name.extension().string())},
                         {"format", name.extension().string().substr(1)}});
    }
    json one = {{"rank", rank},      {"name", fmt::format("{} {}", match.name, rank)},
                {"mss", json()},     {"similarity", json()},
                {"gain_db", json()}, {"presets", presets}};
    for (const char* key : {"synth", "space", "origin", "note", "velocity", "length", "similarity", "gain_db",
                            "distances", "unlike"})
      if (written.contains(key)) one[key] = written.at(key);
    if (written.contains("distances")) one["mss"] = written.at("distances").at("mss");
    for (const char* part : {"audio", "recipe", "parameters", "render", "install"})
      one[part] = fmt::format("{}/{}{}", place, part, suffix);
    candidates.push_back(std::move(one));
  }
  json view = {{"id", match.id},
               {"name", match.name},
               {"created", match.created},
               {"state", match.state},
               {"request", match.request},
               {"target", match.target},
               {"progress", match.progress},
               {"curve", match.curve},
               {"generation", match.generation},
               {"candidates", candidates},
               {"best_mss", bestMss(match.candidates)},
               {"provisional", match.provisional},
               {"remarks", match.remarks}};
  if (!match.error.empty()) view["error"] = match.error;
  if (!match.problems.is_null()) view["problems"] = match.problems;
  if (match.state == "queued") {
    const auto place = std::find(queue_.begin(), queue_.end(), match.id);
    if (place != queue_.end()) view["position"] = place - queue_.begin() + 1;
  }
  if (match.target.is_object()) view["target_audio"] = base + "/target";
  if (match.generation > 0 && !match.provisional) view["zip"] = base + "/zip" + suffix;
  return view;
}

json Matches::view(const std::string& id) {
  std::lock_guard lock(mutex_);
  return describe(get(id));
}

bool Matches::isOver(const std::string& id) {
  std::lock_guard lock(mutex_);
  return isEnd(get(id).state);
}

std::uint64_t Matches::versionOf(const std::string& id) {
  std::lock_guard lock(mutex_);
  return get(id).version;
}

std::vector<json> Matches::changedSince(std::uint64_t seen) {
  std::lock_guard lock(mutex_);
  std::vector<json> changed;
  for (const auto& [id, match] : matches_)
    if (match->version > seen) changed.push_back(describe(*match));
  return changed;
}

void Matches::stop(const std::string& id) {
  std::lock_guard lock(mutex_);
  Match& match = get(id);
  if (isEnd(match.state)) return;
  if (running_ == id) {
    if (!process_) return;
    if (match.state == "refining") process_->stop();
    else process_->cancel();
    return;
  }
  std::erase(queue_, id);
  end(match, "");
  for (const std::string& other : queue_) touch(*matches_[other]);  // they have moved up
}

void Matches::remove(const std::string& id) {
  std::unique_lock lock(mutex_);
  get(id);
  std::erase(queue_, id);
  if (running_ == id && process_) process_->cancel();
  wake_.wait(lock, [&] { return running_ != id; });
  get(id);  // another may have removed it by now
  store_.remove(store_.place("matches") / id);
  matches_.erase(id);
  feed_.noteRemoval("match", id);
}

template <typename Needs>
void Matches::refuseWhereNeeded(const Needs& needs) const {
  for (const auto& [id, match] : matches_)
    if (!isEnd(match->state) && needs(match->request))
      refuse(409, "the match of {} needs it; stop that first", match->name);
}

void Matches::removeSound(const std::string& id) {
  std::lock_guard lock(mutex_);
  refuseWhereNeeded([&](const json& request) { return request.value("sound", "") == id; });
  sounds_.remove(id);
  feed_.noteRemoval("sound", id);
}

void Matches::removeLibrary(const std::string& id) {
  std::lock_guard lock(mutex_);
  refuseWhereNeeded([&](const json& request) {
    const json& libraries = request.at("libraries");
    return std::find(libraries.begin(), libraries.end(), id) != libraries.end();
  });
  libraries_.remove(id);
}

fs::path Matches::folder(const std::string& id) {
  std::lock_guard lock(mutex_);
  return store_.place("matches") / get(id).id;
}

fs::path Matches::found(const std::string& id, const std::string& generation) {
  const auto wanted = numberIn("g", generation, 1, 1e6);
  std::lock_guard lock(mutex_);
  const Match& match = get(id);
  if (match.generation == 0) refuse(404, "nothing has been found yet");
  const fs::path folder =
      store_.place("matches") / id / fmt::format("g{}", wanted ? int(*wanted) : match.generation);
  if (!fs::is_directory(folder))
    refuse(404, "these candidates have been replaced by better ones; load the match again");
  return folder;
}

/// What the process is told.
json Matches::jobOf(const Match& match) {
  json job = match.request;
  job["folder"] = (store_.place("matches") / match.id).string();
  job["name"] = match.name + ".wav";  // presets are named after its stem
  job["generation"] = match.generation;
  job["job"] = match.request.contains("text") ? "text" : "match";
  job["libraries"] = json::array();
  for (const json& library : match.request.at("libraries"))
    job["libraries"].push_back(libraries_.file(library.get<std::string>()).string());
  if (match.request.contains("sound")) job["sound"] = sounds_.file(match.request.at("sound")).string();
  if (match.request.contains("near"))
    job["near"]["patches"] = (store_.place("matches") / match.id / kNearFile).string();
  return job;
}

void Matches::work() {
  for (;;) {
    std::string id;
    {
      std::unique_lock lock(mutex_);
      running_.clear();
      wake_.notify_all();
      wake_.wait(lock, [&] { return closing_ || !queue_.empty(); });
      if (closing_) return;
      id = running_ = queue_.front();
      queue_.pop_front();
      for (const std::string& other : queue_) touch(*matches_[other]);
    }
    run(id);
  }
}

void Matches::run(const std::string& id) {
  std::string problem;
  Match* match = nullptr;
  try {
    json job;
    {
      std::lock_guard lock(mutex_);
      match = &get(id);
      job = jobOf(*match);
      match->state = "searching";
      match->progress = {{"phase", "searching"}, {"done", 0}, {"total", 0}};
      save(*match);
      touch(*match);
    }
    JobProcess process(program_, job);
    {
      std::lock_guard lock(mutex_);
      process_ = &process;
      if (closing_) process.cancel();
    }
    problem = process.follow([&](const json& message) { take(*match, message); });
    std::lock_guard lock(mutex_);
    process_ = nullptr;
  } catch (const std::exception& error) {
    problem = error.what();
  }
  std::lock_guard lock(mutex_);
  if (match && !isEnd(match->state) && !closing_) end(*match, problem);
}

void Matches::take(Match& match, const json& message) {
  std::lock_guard lock(mutex_);
  const auto event = message.at("event").get<std::string>();
  if (event == "target") {
    match.target = message.at("target");
  } else if (event == "ranking") {
    match.state = "ranking";
    match.progress = {{"phase", "ranking"}, {"done", message.at("done")}, {"total", message.at("total")}};
  } else if (event == "written") {
    match.generation = message.at("generation");
    match.candidates = message.at("candidates");
    match.provisional = message.at("provisional");
    dropOldGenerations(match);
    save(match);
  } else if (event == "refining") {
    match.state = "refining";
    const double share = message.at("share");
    const auto done = message.at("renders").get<std::size_t>();
    match.progress = {
        {"phase", "refining"}, {"done", done}, {"total", share > 0 ? std::size_t(double(done) / share) : 0}};
    if (message.contains("seconds_left")) match.progress["seconds_left"] = message.at("seconds_left");
    if (match.curve.empty() || message.at("mss") < match.curve.back().at("mss"))
      match.curve.push_back(
          {{"renders", done}, {"seconds", message.at("seconds")}, {"mss", message.at("mss")}});
  } else if (event == "problems") {
    // Told when it has ranked, and again when it has refined.
    if (match.problems.is_null()) match.problems = {{"count", 0}, {"first", message.at("first")}};
    match.problems["count"] =
        match.problems["count"].get<std::size_t>() + message.at("count").get<std::size_t>();
  } else if (event == "remark") {
    match.remarks.push_back(message.at("text"));
  } else if (event == "end") {
    match.state = message.at("stopped").get<bool>() ? "stopped" : "done";
    save(match);
  }
  touch(match);
}

void Matches::end(Match& match, const std::string& problem) {
  match.state = problem.empty() ? "stopped" : "failed";
  match.error = problem;
  try {
    save(match);
  } catch (const Error& error) {
    match.error = error.what();  // a full disk must not end the others
  }
  touch(match);
}

void Matches::dropOldGenerations(const Match& match) const {
  std::error_code ignored;
  const fs::path old =
      store_.place("matches") / match.id / fmt::format("g{}", match.generation - kKeptGenerations);
  fs::remove_all(old, ignored);
}

}  // namespace patchpilot
