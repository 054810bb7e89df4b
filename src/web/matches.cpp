#include "web/matches.h"

#include "base/files.h"
#include "web/http_error.h"
#include "web/job.h"
#include "wire/fields.h"
#include "wire/match_document.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::size_t kMostMatchesQueued = 50;
constexpr int kKeptGenerations = 3;
constexpr const char* kNearFile = "near.bin";  ///< of a match: the patches of which one is searched around
constexpr int kMatchesAtOnce = 2;

std::string generationName(int generation) { return fmt::format("g{}", generation); }

/// Overloads for `std::visit`.
template <typename... Handlers>
struct Handle : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Handle(Handlers...) -> Handle<Handlers...>;

void take(MatchRecord& match, const RefiningProgress& event) {
  match.state = MatchState::refining;
  const double total = event.share > 0 ? double(event.renders) / event.share : 0;
  match.progress = {MatchState::refining, event.renders, std::uint64_t(total), event.secondsLeft};
  if (match.curve.empty() || event.distance < match.curve.back().distance)
    match.curve.push_back({event.renders, event.seconds, event.distance, event.mss});
}

/// Told when the candidates are ranked, and again when they are refined.
void take(MatchRecord& match, const RendersSkipped& event) {
  if (!match.skipped) match.skipped = SkippedRenders{0, event.first};
  match.skipped->count += event.count;
}

}  // namespace

MatchShare matchShare(int cores, int matches) {
  cores = std::max(1, cores);
  const int atOnce = matches > 0 ? std::min(matches, cores) : std::min(kMatchesAtOnce, cores);
  return {atOnce, cores / atOnce};
}

Matches::Matches(const Store& store, Feed& feed, fs::path program, const Sounds& sounds, Libraries& libraries,
                 MatchShare share)
    : store_(store),
      feed_(feed),
      program_(std::move(program)),
      sounds_(sounds),
      libraries_(libraries),
      workers_(share.workers),
      queue_(std::size_t(share.matches), kMostMatchesQueued, *this) {
  std::lock_guard lock(mutex_);
  for (const std::string& id : store_.ids("matches")) load(id);
  std::vector<const MatchRecord*> waiting;
  for (const auto& [id, match] : matches_)
    if (match->record.state == MatchState::queued) waiting.push_back(&match->record);
  std::sort(waiting.begin(), waiting.end(),
            [](const MatchRecord* a, const MatchRecord* b) { return a->created < b->created; });
  for (const MatchRecord* match : waiting) enqueue(match->id);
}

Matches::~Matches() { queue_.close(); }

void Matches::load(const std::string& id) {
  auto match = std::make_unique<Match>();
  MatchRecord& record = match->record;
  try {
    record = readMatchFile(folderOf(id) / "match.json");
  } catch (const std::exception&) {
    return;  // it was killed before it was begun; its folder stays for whoever wants to look at it
  }
  // What was written last may be newer than what was noted last.
  for (;;) {
    const fs::path next = folderOf(id) / generationName(record.generation + 1) / kCandidatesFile;
    if (!fs::exists(next)) break;
    record.found = readCandidates(next);
    ++record.generation;
  }
  const bool wasCut = record.state != MatchState::queued && !patchpilot::isOver(record.state);
  if (wasCut && record.generation > 0) end(record, MatchState::stopped, "");
  else if (wasCut)
    end(record, MatchState::failed, "Patch Pilot ended before anything was found; start the match again");
  matches_[id] = std::move(match);
}

void Matches::save(const MatchRecord& match) const {
  writeFileAtomically(folderOf(match.id) / "match.json", matchFile(match));
}

void Matches::touch(Match& match) const { match.version = feed_.note(); }

/// The places of those that wait have changed.
void Matches::touchWaiting() {
  for (auto& [id, match] : matches_)
    if (match->record.state == MatchState::queued) touch(*match);
}

Matches::Match& Matches::get(const std::string& id) {
  const auto found = matches_.find(id);
  if (found == matches_.end()) refuse(404, "there is no match '{}'; it may have been removed", id);
  return *found->second;
}

/// Refuses what cannot be matched, and adds what a request to search around a candidate leaves out.
void Matches::check(MatchRequest& request) {
  if (request.near) takeDefaults(request);
  if (request.sound.has_value() == request.text.has_value())
    refuse(400, "give either sound, the id of one, or text, words for it");
  if (request.libraries.empty())
    refuse(400, "libraries is missing; name those to search, as /state lists them");
  std::set<std::string> seen;
  for (const std::string& library : request.libraries) {
    libraries_.file(library);  // throws if there is none
    if (!seen.insert(library).second) refuse(400, "library '{}' is named twice", library);
  }
}

fs::path Matches::folderOf(const std::string& id) const { return store_.place("matches") / id; }

fs::path Matches::patchesOf(const NearRequest& near) const {
  return folderOf(near.match) / generationName(near.generation.value_or(0)) / kPatchesFile;
}

/// What a search around a candidate does not say is as in the match that found it.
void Matches::takeDefaults(MatchRequest& request) {
  NearRequest& near = *request.near;
  const MatchRecord& from = get(near.match).record;
  if (!near.generation) near.generation = from.generation;
  if (from.request.text)
    refuse(400, "words have no sound to come nearer to; drop a sound, and search on from there");
  if (!request.sound || request.sound == from.request.sound) {
    const auto takeOver = [&](auto field) {
      if (!(request.*field)) request.*field = from.request.*field;
    };
    takeOver(&MatchRequest::sound);
    for (const auto field : {&MatchRequest::start, &MatchRequest::duration, &MatchRequest::length})
      takeOver(field);
    takeOver(&MatchRequest::note);
    takeOver(&MatchRequest::velocity);
  }
  const fs::path file = patchesOf(near);
  if (!fs::exists(file))
    refuse(404, "these candidates have been replaced by better ones; load the match again");
  const auto patches = readPatches(file);
  const auto index = std::size_t(near.rank) - 1;
  if (index >= patches.size()) refuse(404, "there is no candidate {}", near.rank);
  const std::string library = libraries_.idOf(patches[index].library);
  if (library.empty())
    refuse(409, "the library that found this candidate is not open; start Patch Pilot with it");
  request.libraries = {library};  // those of other synths have nothing to give
}

std::string Matches::start(const json& body) {
  auto match = std::make_unique<Match>();
  MatchRecord& record = match->record;
  record.request = matchRequestFrom(body);
  std::lock_guard lock(mutex_);
  check(record.request);
  if (queue_.isFull()) refuse(429, "{} matches wait already; stop some", kMostMatchesQueued);
  record.id = newId();
  record.created = timeNow();
  record.name = record.request.text ? *record.request.text
                                    : fs::path(sounds_.facts(*record.request.sound).name).stem().string();
  fs::create_directory(folderOf(record.id));
  if (record.request.near)
    fs::copy_file(patchesOf(*record.request.near),
                  folderOf(record.id) / kNearFile);  // it may have gone when this one runs
  save(record);
  const std::string id = record.id;
  matches_[id] = std::move(match);
  enqueue(id);
  touch(*matches_[id]);
  return id;
}

void Matches::enqueue(const std::string& id) {
  queue_.add(id, std::make_shared<JobProcess>(program_, [this, id] {
               std::lock_guard lock(mutex_);
               return jobOf(get(id).record);
             }));
}

json Matches::list() {
  std::lock_guard lock(mutex_);
  std::vector<const MatchRecord*> all;
  for (const auto& [id, match] : matches_) all.push_back(&match->record);
  std::sort(all.begin(), all.end(),
            [](const MatchRecord* a, const MatchRecord* b) { return a->created > b->created; });
  json list = json::array();
  for (const MatchRecord* match : all) list.push_back(matchSummary(*match, positionOf(*match)));
  return {{"matches", list}};
}

std::optional<std::size_t> Matches::positionOf(const MatchRecord& match) const {
  return match.state == MatchState::queued ? queue_.position(match.id) : std::nullopt;
}

json Matches::describe(const MatchRecord& match) const { return matchView(match, positionOf(match)); }

json Matches::view(const std::string& id) {
  std::lock_guard lock(mutex_);
  return describe(get(id).record);
}

bool Matches::isOver(const std::string& id) {
  std::lock_guard lock(mutex_);
  return patchpilot::isOver(get(id).record.state);
}

std::string Matches::nameOf(const std::string& id) {
  std::lock_guard lock(mutex_);
  return get(id).record.name;
}

std::uint64_t Matches::versionOf(const std::string& id) {
  std::lock_guard lock(mutex_);
  return get(id).version;
}

std::vector<json> Matches::changedSince(std::uint64_t seen) {
  std::lock_guard lock(mutex_);
  std::vector<json> changed;
  for (const auto& [id, match] : matches_)
    if (match->version > seen) changed.push_back(describe(match->record));
  return changed;
}

void Matches::stop(const std::string& id) {
  const MatchState state = [&] {
    std::lock_guard lock(mutex_);
    return get(id).record.state;
  }();
  if (state == MatchState::refining) queue_.stop(id);
  else queue_.cancel(id);
}

void Matches::remove(const std::string& id) {
  nameOf(id);  // throws if there is none
  queue_.cancel(id);
  queue_.waitFor(id);
  std::lock_guard lock(mutex_);
  get(id);  // another may have removed it by now
  store_.remove(folderOf(id));
  matches_.erase(id);
  feed_.noteRemoval("match", id);
}

template <typename Needs>
void Matches::refuseIfNeeded(const Needs& needs) const {
  for (const auto& [id, match] : matches_)
    if (!patchpilot::isOver(match->record.state) && needs(match->record.request))
      refuse(409, "the match of {} needs it; stop that first", match->record.name);
}

void Matches::removeSound(const std::string& id) {
  std::lock_guard lock(mutex_);
  refuseIfNeeded([&](const MatchRequest& request) { return request.sound == id; });
  sounds_.remove(id);
  feed_.noteRemoval("sound", id);
}

void Matches::removeLibrary(const std::string& id) {
  std::lock_guard lock(mutex_);
  refuseIfNeeded([&](const MatchRequest& request) {
    return std::find(request.libraries.begin(), request.libraries.end(), id) != request.libraries.end();
  });
  libraries_.remove(id);
}

fs::path Matches::folder(const std::string& id) {
  std::lock_guard lock(mutex_);
  return folderOf(get(id).record.id);
}

fs::path Matches::found(const std::string& id, const std::string& generation) {
  const auto wanted = numberIn("g", generation, 1, 1e6);
  std::lock_guard lock(mutex_);
  const MatchRecord& match = get(id).record;
  if (match.generation == 0) refuse(404, "nothing has been found yet");
  const fs::path folder = folderOf(id) / generationName(wanted ? int(*wanted) : match.generation);
  if (!fs::is_directory(folder))
    refuse(404, "these candidates have been replaced by better ones; load the match again");
  return folder;
}

JobRequest Matches::jobOf(const MatchRecord& match) {
  std::vector<fs::path> libraries;
  for (const std::string& library : match.request.libraries) libraries.push_back(libraries_.file(library));
  const fs::path folder = folderOf(match.id);
  if (match.request.text)
    return TextJob{*match.request.text, libraries, folder,           match.request.top.value_or(5),
                   match.generation,    workers_,  match.request.bpm};
  return MatchJob{.request = match.request,
                  .sound = sounds_.file(*match.request.sound),
                  .libraries = libraries,
                  .nearPatches = match.request.near ? folder / kNearFile : fs::path(),
                  .folder = folder,
                  .name = match.name + ".wav",  // presets are named after its stem
                  .generation = match.generation,
                  .workers = workers_};
}

void Matches::jobStarted(const std::string& id) {
  std::lock_guard lock(mutex_);
  Match& match = get(id);
  match.record.state = MatchState::searching;
  match.record.progress = {MatchState::searching};
  save(match.record);
  touch(match);
  touchWaiting();
}

void Matches::jobTold(const std::string& id, const JobEvent& event) {
  std::lock_guard lock(mutex_);
  Match& match = get(id);
  take(match.record, event);
  touch(match);
}

void Matches::take(MatchRecord& match, const JobEvent& event) {
  std::visit(Handle{[&](const TargetRead& e) { match.target = e.target; },
                    [&](const RankingProgress& e) {
                      match.state = MatchState::ranking;
                      match.progress = {MatchState::ranking, e.done, e.total, {}};
                    },
                    [&](const CandidatesWritten& e) {
                      match.generation = e.generation;
                      match.found = e.found;
                      dropOldGenerations(match);
                      save(match);
                    },
                    [&](const RefiningProgress& e) { patchpilot::take(match, e); },
                    [&](const RendersSkipped& e) { patchpilot::take(match, e); },
                    [&](const Remark& e) { match.remarks.push_back(e.text); }, [](const auto&) {}},
             event);
}

void Matches::jobEnded(const std::string& id, const JobOutcome& outcome) {
  std::lock_guard lock(mutex_);
  Match& match = get(id);
  end(match.record,
      outcome.state == JobState::done      ? MatchState::done
      : outcome.state == JobState::stopped ? MatchState::stopped
                                           : MatchState::failed,
      outcome.problem);
  touch(match);
  touchWaiting();
}

void Matches::end(MatchRecord& match, MatchState state, const std::string& problem) const {
  match.state = state;
  match.error = problem;
  try {
    save(match);
  } catch (const Error& error) {
    match.state = MatchState::failed;
    match.error = error.what();  // a full disk must not end the others
  }
}

void Matches::dropOldGenerations(const MatchRecord& match) const {
  std::error_code ignored;
  fs::remove_all(folderOf(match.id) / generationName(match.generation - kKeptGenerations), ignored);
}

}  // namespace patchpilot
