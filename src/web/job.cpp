#include "web/job.h"

#include "audio/file.h"
#include "audio/pitch.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json_channel.h"
#include "ingest/library_builder.h"
#include "ingest/library_synth.h"
#include "library/compatibility.h"
#include "match/match.h"
#include "match/results.h"
#include "synth/plugin_json.h"
#include "synth/space_init.h"
#include "web/telling_apart.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <thread>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

using Clock = std::chrono::steady_clock;

/// The lowest priority that there is.
constexpr int kJobNiceness = 19;

/// A sound of ten minutes takes 400 MB while its rate is changed.
constexpr std::uintmax_t kDecoderBytes = 4ull << 30;

/// What has become better by this share is written, but no sooner than so long after it was last written, and
/// so many times as long as that took: it is rendered again for that, and the search waits.
constexpr double kWorthWriting = 0.01, kWriteSeconds = 3, kWriteShare = 5;

double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// The server's end of the line: what it says is heard by a thread of its own, so that its end is noticed at
/// once.
class Line {
 public:
  Line() : channel_(adoptStandardStreams()) {
    if (receiveJson(*channel_, request_) != MessageChannel::Arrival::message) ::_exit(1);
    std::thread([this] {
      for (json message; receiveJson(*channel_, message) == MessageChannel::Arrival::message;)
        if (message.value("stop", false)) stopped_ = true;
      ::_exit(1);
    }).detach();
  }

  const json& request() const { return request_; }
  bool stopped() const { return stopped_; }

  /// Callable by any thread.
  void tell(json message) {
    std::lock_guard lock(mutex_);
    if (!sendJson(*channel_, message)) ::_exit(1);
  }

 private:
  std::unique_ptr<MessageChannel> channel_;
  json request_;
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
};

void decode(Line& line) {
  limitMemory(kDecoderBytes);
  const json& request = line.request();
  const SoundFile sound =
      readSound(request.at("source").get<std::string>(), {.maxSeconds = kMostSoundSeconds});
  writeWav(request.at("out").get<std::string>(), sound.sound);
  line.tell({{"event", "end"},
             {"seconds", sound.sound.seconds()},
             {"rate", sound.fileRateHz},
             {"channels", sound.fileChannels}});
}

template <typename Value>
std::optional<Value> optionalAt(const json& object, const char* key) {
  return object.contains(key) ? std::optional<Value>(object.at(key).get<Value>()) : std::nullopt;
}

MatchOptions matchOptions(const json& request) {
  MatchOptions options;
  options.sound = request.value("sound", "");
  options.name = request.value("name", "");
  options.libraries = request.at("libraries").get<std::vector<std::string>>();
  options.embedder = request.value("embedder", "");
  options.target = {optionalAt<int>(request, "note"), optionalAt<double>(request, "length"),
                    optionalAt<double>(request, "start"), optionalAt<double>(request, "duration")};
  options.velocity = request.value("velocity", options.velocity);
  options.top = request.value("top", options.top);
  options.refine = request.value("refine", true);
  options.limits.seconds = request.value("seconds", 0.0);
  options.limits.renders = request.value("renders", std::size_t(0));
  options.seed = request.value("seed", options.seed);
  if (!request.contains("near")) return options;
  const json& near = request.at("near");
  std::vector<StoredPatch> patches = readPatches(near.at("patches").get<std::string>());
  const auto index = near.at("rank").get<std::size_t>() - 1;
  if (index >= patches.size()) failInput("there is no candidate {} to search around", index + 1);
  options.near =
      NearPatch{std::move(patches[index].proposal), near.value("changes", std::map<std::string, float>()),
                near.value("locked", std::vector<std::string>())};
  return options;
}

/// What a client is told of candidates: all but their parameters, of which there may be hundreds.
json brief(const json& candidates) {
  json list = json::array();
  for (json candidate : candidates) {
    candidate.erase("parameters");
    list.push_back(std::move(candidate));
  }
  return list;
}

/// Writes one generation of candidates after another, each whole or not at all.
class Generations {
 public:
  Generations(Line& line)
      : line_(line),
        folder_(line.request().at("folder").get<std::string>()),
        last_(line.request().value("generation", 0)) {}

  /// @param write  into a folder; @return what `candidates.json` holds
  template <typename Write>
  void add(const Write& write) {
    const auto begin = Clock::now();
    StagedDirectory staged(folder_ / fmt::format("g{}", last_ + 1), true);
    std::vector<StoredPatch> patches;
    const json document = write(staged.path(), patches);
    writeFileAtomically(staged.path() / kPatchesFile, packPatches(patches));
    staged.commit();
    ++last_;
    writtenAt_ = Clock::now();
    took_ = secondsSince(begin);
    line_.tell({{"event", "written"},
                {"generation", last_},
                {"candidates", brief(document.at("candidates"))},
                {"provisional", document.value("provisional", false)}});
  }

  bool isTimeForNext() const {
    return secondsSince(writtenAt_) >= std::max(kWriteSeconds, kWriteShare * took_);
  }

 private:
  Line& line_;
  fs::path folder_;
  int last_;
  Clock::time_point writtenAt_;
  double took_ = 0;
};

json targetFacts(const Target& target) {
  json others = json::array();
  for (const NoteGuess& other : target.otherNotes)
    others.push_back(
        {{"note", other.note}, {"note_name", noteName(other.note)}, {"confidence", other.confidence}});
  return {{"note", target.note},
          {"note_name", noteName(target.note)},
          {"confidence", target.noteConfidence},
          {"other_notes", others},
          {"length", target.lengthSeconds},
          {"start", target.startSeconds},
          {"seconds", target.sound.seconds()},
          {"warnings", target.warnings}};
}

void tellProblems(Line& line, const std::vector<std::string>& problems) {
  if (!problems.empty())
    line.tell({{"event", "problems"}, {"count", problems.size()}, {"first", problems.front()}});
}

/// A match of a sound.
class SoundMatch {
 public:
  explicit SoundMatch(Line& line)
      : line_(line), generations_(line), match_(matchOptions(line.request()), reports()) {}

  void run() {
    match_.rank();
    write();
    match_.refine();
    const bool stopped = interrupted();
    setInterrupted(false);  // the best so far is written
    if (line_.request().value("refine", true)) write();
    line_.tell({{"event", "end"}, {"stopped", stopped}});
  }

 private:
  MatchReports reports() {
    MatchReports reports;
    reports.onTarget = [this](const Target& target) {
      writeWav(fs::path(line_.request().at("folder").get<std::string>()) / "target.wav", target.sound);
      line_.tell({{"event", "target"}, {"target", targetFacts(target)}});
    };
    reports.onRanking = [this](std::size_t done, std::size_t all) {
      line_.tell({{"event", "ranking"}, {"done", done}, {"total", all}});
    };
    reports.onFirst = [this](const std::vector<Candidate>& found) { writeFirst(found); };
    reports.onRefining = [this](const Refinement& refinement) { heed(refinement); };
    reports.onFallback = [this](const std::string& file, const std::string& why) {
      line_.tell(
          {{"event", "remark"}, {"text", fmt::format("{} is {}", fs::path(file).stem().string(), why)}});
    };
    reports.onProblems = [this](const std::vector<std::string>& problems) { tellProblems(line_, problems); };
    return reports;
  }

  void heed(const Refinement& refinement) {
    const RefineProgress& last = refinement.last;
    const double share = refinement.share();
    json message = {{"event", "refining"},
                    {"renders", last.renders},
                    {"seconds", last.seconds},
                    {"mss", last.mss},
                    {"share", share}};
    if (share > 0 && last.seconds > 0)
      message["seconds_left"] = std::max(0.0, last.seconds / share - last.seconds);
    line_.tell(std::move(message));
    if (line_.stopped()) return setInterrupted(true);
    if (last.mss < (1 - kWorthWriting) * writtenMss_ && generations_.isTimeForNext()) write();
  }

  void write() {
    generations_.add([&](const fs::path& folder, std::vector<StoredPatch>& patches) {
      std::vector<Candidate> written;
      json document = match_.write(folder, &written);
      std::vector<const ParameterSpace*> spaces;
      for (const auto& engine : match_.engines()) spaces.push_back(&engine->space());
      tellApart(document.at("candidates"), spaces);
      patches = storedPatches(written);
      writtenMss_ = written.front().mss;
      return document;
    });
  }

  void writeFirst(const std::vector<Candidate>& found) {
    generations_.add([&](const fs::path& folder, std::vector<StoredPatch>& patches) {
      std::vector<Candidate> written;
      const json document = match_.writeFirst(folder, found, &written);
      patches = storedPatches(written);
      return document;
    });
  }

  std::vector<StoredPatch> storedPatches(const std::vector<Candidate>& written) const {
    std::vector<StoredPatch> patches;
    for (const Candidate& candidate : written)
      patches.push_back({match_.sources().fileOf(candidate.proposal.synth).string(), candidate.proposal});
    return patches;
  }

  Line& line_;
  Generations generations_;
  double writtenMss_ = std::numeric_limits<double>::infinity();
  MatchRun match_;
};

/// Patches that words describe.
void matchText(Line& line) {
  const json& request = line.request();
  const auto files = request.at("libraries").get<std::vector<std::string>>();
  Sources sources = openSources(sourceNames(files), {.forTexts = true});
  const auto text = request.at("text").get<std::string>();
  std::vector<TextMatch> found = searchByText(sources.searched(), text, request.value("top", 5));
  std::vector<std::string> problems;
  Generations(line).add([&](const fs::path& folder, std::vector<StoredPatch>& patches) {
    json document = writeTextResults(folder, text, found, sources.engines);
    for (const TextMatch& one : found)
      patches.push_back({sources.fileOf(one.proposal.synth).string(), one.proposal});
    problems = document.at("skipped").get<std::vector<std::string>>();
    return document;
  });
  tellProblems(line, problems);
  line.tell({{"event", "end"}, {"stopped", false}});
}

ParameterSpace spaceToBuildWith(const json& request) {
  if (const auto name = request.value("space", ""); !name.empty()) return loadSpace(name);
  const PluginInfo plugin =
      findPlugin(request.at("format").get<std::string>(), request.at("plugin").get<std::string>(),
                 request.at("synth").get<std::string>());
  return parseSpace(firstSpace(plugin, probeParameters(plugin), plugin.name), plugin.name);
}

void build(Line& line) {
  const json& request = line.request();
  const Synth synth(spaceToBuildWith(request));
  LibrarySettings wanted = librarySettings(synth);
  const fs::path file = request.at("file").get<std::string>();
  const bool begun = fs::exists(file) && fs::file_size(file) > 0;
  Library library = begun ? Library::open(file, Database::Mode::readWrite) : Library::create(file, wanted);
  wanted.embedders = library.settings().embedders;
  if (begun) checkCompatible(library, wanted);
  BuildOptions options;
  options.count = request.at("count").get<std::uint64_t>();
  options.onProgress = [&](const BuildProgress& p) {
    line.tell({{"event", "building"}, {"done", p.patches}, {"total", p.wanted}, {"silent", p.silent}});
    if (line.stopped()) setInterrupted(true);
  };
  const bool finished = buildLibrary(library, synth, options);
  line.tell({{"event", "end"}, {"stopped", !finished}, {"patches", library.counts().patches}});
}

void scan(Line& line) {
  json list = json::array();
  for (const PluginInfo& plugin : scanPlugins().plugins) list.push_back(toJson(plugin));
  line.tell({{"event", "end"}, {"plugins", list}});
}

void doJob(Line& line) {
  const auto job = line.request().at("job").get<std::string>();
  if (job == "decode") return decode(line);
  if (job == "match") return SoundMatch(line).run();
  if (job == "text") return matchText(line);
  if (job == "build") return build(line);
  if (job == "scan") return scan(line);
  throw Error(ExitCode::internal, "there is no job " + job);
}

json packed(const StoredPatch& stored) {
  const Proposal& p = stored.proposal;
  json packed = {
      {"library", stored.library},        {"values", p.patch.values}, {"state", json::binary(p.patch.state)},
      {"source", p.patch.source},         {"origin", p.origin},       {"sources", p.sources},
      {"without_effect", p.withoutEffect}};
  if (p.lengthSeconds) packed["length"] = *p.lengthSeconds;
  return packed;
}

StoredPatch unpacked(const json& stored) {
  StoredPatch patch;
  patch.library = stored.at("library").get<std::string>();
  Proposal& p = patch.proposal;
  p.patch.values = stored.at("values").get<std::vector<float>>();
  p.patch.state = stored.at("state").get_binary();
  p.patch.source = stored.at("source").get<std::string>();
  p.origin = stored.at("origin").get<std::string>();
  p.sources = stored.at("sources").get<std::vector<std::string>>();
  p.withoutEffect = stored.at("without_effect").get<std::vector<std::size_t>>();
  p.lengthSeconds = optionalAt<double>(stored, "length");
  return patch;
}

}  // namespace

std::vector<PluginInfo> unpackPlugins(const json& list) {
  std::vector<PluginInfo> plugins;
  for (const json& one : list) plugins.push_back(pluginFromJson(one));
  return plugins;
}

Bytes packPatches(const std::vector<StoredPatch>& patches) {
  json list = json::array();
  for (const StoredPatch& patch : patches) list.push_back(packed(patch));
  return json::to_msgpack(list);
}

std::vector<StoredPatch> readPatches(const fs::path& file) {
  try {
    std::vector<StoredPatch> patches;
    for (const json& stored : json::from_msgpack(readFile(file))) patches.push_back(unpacked(stored));
    return patches;
  } catch (const json::exception& error) {
    failInput("{} is damaged ({})", file.string(), error.what());
  }
}

int runJob() {
  ignoreInterrupts();
  // Its workers take every core for half a minute; the page, which plays what was found meanwhile, goes
  // first.
  [[maybe_unused]] const int niceness = ::nice(kJobNiceness);
  Line line;
  try {
    doJob(line);
  } catch (const Error& error) {
    line.tell({{"event", "error"}, {"message", error.what()}});
  } catch (const std::exception& error) {
    line.tell({{"event", "error"}, {"message", std::string(error.what()) + "; please report this"}});
  }
  // The thread that listens to the server still runs.
  std::fflush(nullptr);
  ::_exit(0);
}

}  // namespace patchpilot
