#include "web/job.h"

#include "audio/file.h"
#include "audio/pitch.h"
#include "base/error.h"
#include "base/files.h"
#include "ingest/library_builder.h"
#include "ingest/library_synth.h"
#include "library/compatibility.h"
#include "match/match.h"
#include "match/results.h"
#include "synth/space_init.h"
#include "web/telling_apart.h"
#include "wire/job_messages.h"
#include "wire/limits.h"

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

/// The lowest priority that there is: a match takes every core for half a minute, and the page, which plays
/// what was found meanwhile, goes first.
constexpr int kJobNiceness = 19;

/// A sound that was opened is waited for, even if other programs keep the machine busy.
bool isWaitedFor(const JobRequest& request) { return std::holds_alternative<DecodeJob>(request); }

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
    if (receive(*channel_, request_) != MessageChannel::Arrival::message) ::_exit(1);
    std::thread([this] {
      try {
        for (JobRequest message; receive(*channel_, message) == MessageChannel::Arrival::message;)
          if (std::holds_alternative<StopJob>(message)) stop_.request_stop();
      } catch (const Error&) {
        // What cannot be read ends the job, as if the server had gone.
      }
      ::_exit(1);
    }).detach();
  }

  const JobRequest& request() const { return request_; }
  bool stopped() const { return stop_.stop_requested(); }
  std::stop_token stopToken() const { return stop_.get_token(); }

  /// Callable by any thread.
  void tell(const JobEvent& event) {
    std::lock_guard lock(mutex_);
    if (!send(*channel_, event)) ::_exit(1);
  }

 private:
  std::unique_ptr<MessageChannel> channel_;
  JobRequest request_;
  std::stop_source stop_;
  std::mutex mutex_;
};

void doJob(Line& line, const DecodeJob& job) {
  limitMemory(kDecoderBytes);
  const SoundFile sound = readSound(job.source, {.maxSeconds = kMostSoundSeconds});
  writeWav(job.out, sound);
  line.tell(Decoded{sound.sound.seconds(), double(sound.fileRateHz), sound.fileChannels});
}

std::vector<std::string> namesOf(const std::vector<fs::path>& files) {
  std::vector<std::string> names;
  for (const fs::path& file : files) names.push_back(file.string());
  return names;
}

/// What the synth has to tell of how it is played becomes a remark.
SynthOptions synthOptions(Line& line, std::optional<double> bpm) {
  SynthOptions options;
  options.tempoBpm = bpm;
  options.limits.stop = options.scan.limits.stop = line.stopToken();
  options.onNote = [&line](const std::string& note) { line.tell(Remark{note}); };
  return options;
}

MatchOptions matchOptions(Line& line, const MatchJob& job) {
  const MatchRequest& request = job.request;
  MatchOptions options;
  options.sound = job.sound;
  options.name = job.name;
  options.methods = request.methods;
  options.objective = request.objective.value_or(options.objective);
  options.libraries = namesOf(job.libraries);
  options.embedder = request.embedder.value_or("");
  options.synth = synthOptions(line, request.bpm);
  options.target = {request.note, request.length, request.start, request.duration};
  options.velocity = request.velocity.value_or(options.velocity);
  options.top = request.top.value_or(options.top);
  options.refine = request.refines();
  options.limits.seconds = request.seconds.value_or(0);
  options.limits.renders = std::size_t(request.renders.value_or(0));
  options.seed = std::uint64_t(request.seed.value_or(std::int64_t(options.seed)));
  options.workers = job.workers;
  if (!request.near) return options;
  const NearRequest& near = *request.near;
  std::vector<StoredPatch> patches = readPatches(job.nearPatches);
  const auto index = std::size_t(near.rank) - 1;
  if (index >= patches.size()) failInput("there is no candidate {} to search around", near.rank);
  options.near = NearPatch{std::move(patches[index].proposal), near.changes, near.locked};
  return options;
}

/// Writes one generation of candidates after another, each whole or not at all.
class Generations {
 public:
  /// @param last  the generation that was written last
  Generations(Line& line, fs::path folder, int last) : line_(line), folder_(std::move(folder)), last_(last) {}

  /// @param write  into a folder; @return the content of `candidates.json`
  template <typename Write>
  void add(const Write& write) {
    const auto begin = Clock::now();
    StagedDirectory staged(folder_ / fmt::format("g{}", last_ + 1), true);
    std::vector<StoredPatch> patches;
    const MatchDocument document = write(staged.path(), patches);
    writeFileAtomically(staged.path() / kPatchesFile, packPatches(patches));
    staged.commit();
    ++last_;
    writtenAt_ = Clock::now();
    took_ = secondsSince(begin);
    line_.tell(CandidatesWritten{last_, foundCandidates(document)});
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

void tellProblems(Line& line, const std::vector<std::string>& problems) {
  if (!problems.empty()) line.tell(RendersSkipped{problems.size(), problems.front()});
}

/// A match of a sound.
class SoundMatch : private MatchObserver {
 public:
  SoundMatch(Line& line, const MatchJob& job)
      : line_(line),
        job_(job),
        generations_(line, job.folder, job.generation),
        match_(matchOptions(line, job), *this, line.stopToken()) {}

  void run() {
    match_.rank();
    write(match_.session().candidates());
    match_.refine();
    if (match_.refines()) write(match_.session().candidates());
    line_.tell(Matched{line_.stopped()});
  }

 private:
  void onTarget(const Target& target) override {
    writeWav(job_.folder / "target.wav", target.sound);
    line_.tell(TargetRead{factsOf(target)});
  }

  void onRanking(const RankProgress& progress, std::size_t all) override {
    line_.tell(RankingProgress{progress.done, all});
  }

  void onFallback(const std::string& file, const std::string& why) override {
    line_.tell(Remark{fmt::format("{} is {}", fs::path(file).stem().string(), why)});
  }

  void onProblems(const std::vector<std::string>& problems) override { tellProblems(line_, problems); }

  bool wantsFirst() const override { return true; }

  void onFirst(const std::vector<Candidate>& found) override {
    generations_.add([&](const fs::path& folder, std::vector<StoredPatch>& patches) {
      std::vector<Candidate> written;
      MatchDocument document = match_.writeFirst(folder, found, &written);
      patches = storedPatches(written);
      return document;
    });
  }

  void onRefining(const Refinement& refinement,
                  const std::function<std::vector<Candidate>()>& found) override {
    const RefineProgress& last = refinement.last;
    const double share = refinement.share();
    RefiningProgress progress{last.renders, last.seconds, last.best, last.mss, share, {}};
    if (share > 0 && last.seconds > 0)
      progress.secondsLeft = std::max(0.0, last.seconds / share - last.seconds);
    line_.tell(progress);
    if (line_.stopped()) return;
    if (last.best < (1 - kWorthWriting) * writtenDistance_ && generations_.isTimeForNext()) write(found());
  }

  void write(const std::vector<Candidate>& found) {
    generations_.add([&](const fs::path& folder, std::vector<StoredPatch>& patches) {
      std::vector<Candidate> written;
      MatchDocument document = match_.write(folder, found, &written);
      std::vector<const ParameterSpace*> spaces;
      for (const auto& engine : match_.session().engines()) spaces.push_back(&engine->space());
      tellApart(document.candidates, spaces);
      patches = storedPatches(written);
      writtenDistance_ = written.front().distance;
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
  const MatchJob& job_;
  Generations generations_;
  double writtenDistance_ = std::numeric_limits<double>::infinity();
  Match match_;
};

void doJob(Line& line, const MatchJob& job) { SoundMatch(line, job).run(); }

/// Patches that words describe.
void doJob(Line& line, const TextJob& job) {
  Sources sources =
      openSources(sourceNames(namesOf(job.libraries)),
                  {.synth = synthOptions(line, job.bpm), .workers = job.workers, .forTexts = true});
  std::vector<TextMatch> found = searchByText(sources.searched(), job.text, job.top);
  std::vector<std::string> problems;
  Generations(line, job.folder, job.generation)
      .add([&](const fs::path& folder, std::vector<StoredPatch>& patches) {
        MatchDocument document = writeTextResults(folder, job.text, found, sources.engines);
        for (const TextMatch& one : found)
          patches.push_back({sources.fileOf(one.proposal.synth).string(), one.proposal});
        problems = document.skipped;
        return document;
      });
  tellProblems(line, problems);
  line.tell(Matched{false});
}

ParameterSpace spaceToBuildWith(const BuildJob& job, const ScanOptions& scan) {
  if (!job.space.empty()) return loadSpace(job.space);
  const PluginInfo plugin = findPlugin(job.format, job.plugin, job.synth, scan);
  return parseSpace(firstSpace(plugin, probeParameters(plugin, scan.limits), plugin.name), plugin.name);
}

void doJob(Line& line, const BuildJob& job) {
  const bool begun = fs::exists(job.file) && fs::file_size(job.file) > 0;
  SynthOptions synthOptions;
  synthOptions.tempoBpm = job.bpm;
  synthOptions.limits.stop = synthOptions.scan.limits.stop = line.stopToken();
  if (begun && !job.bpm) synthOptions.tempoBpm = Library::open(job.file).settings().tempoBpm;
  ParameterSpace space = spaceToBuildWith(job, synthOptions.scan);
  const Synth synth(std::move(space), std::move(synthOptions));
  LibrarySettings wanted = librarySettings(synth);
  Library library =
      begun ? Library::open(job.file, Database::Mode::readWrite) : Library::create(job.file, wanted);
  wanted.embedders = library.settings().embedders;
  if (begun) checkCompatible(library, wanted);
  BuildOptions options;
  options.count = job.count;
  options.onProgress = [&](const BuildProgress& p) { line.tell(BuildProgressed{p.patches}); };
  options.stop = line.stopToken();
  const bool finished = buildLibrary(library, synth, options);
  line.tell(Built{!finished, library.counts().patches});
}

void doJob(Line& line, const ScanJob&) {
  line.tell(Scanned{scanPlugins({.limits = {.stop = line.stopToken()}}).plugins});
}

void doJob(Line&, const StopJob&) {
  throw Error(ExitCode::internal, "a job was stopped before it was given");
}

template <typename Value>
std::optional<Value> optionalAt(const json& object, const char* key) {
  return object.contains(key) ? std::optional<Value>(object.at(key).get<Value>()) : std::nullopt;
}

json packed(const StoredPatch& stored) {
  const Proposal& p = stored.proposal;
  const FlatPatch patch = flat(p.patch);
  json packed = {
      {"library", stored.library},        {"values", patch.values}, {"state", json::binary(patch.state)},
      {"source", p.patch.source},         {"origin", p.origin},     {"sources", p.sources},
      {"without_effect", p.withoutEffect}};
  if (p.note) packed["note"] = *p.note;
  if (p.lengthSeconds) packed["length"] = *p.lengthSeconds;
  return packed;
}

StoredPatch unpacked(const json& stored) {
  StoredPatch patch;
  patch.library = stored.at("library").get<std::string>();
  Proposal& p = patch.proposal;
  p.patch = patchOf({stored.at("values").get<std::vector<float>>(), stored.at("state").get_binary()},
                    stored.at("source").get<std::string>());
  p.origin = stored.at("origin").get<std::string>();
  p.sources = stored.at("sources").get<std::vector<std::string>>();
  p.withoutEffect = stored.at("without_effect").get<std::vector<std::size_t>>();
  p.note = optionalAt<int>(stored, "note");
  p.lengthSeconds = optionalAt<double>(stored, "length");
  return patch;
}

}  // namespace

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
  Line line;
  if (!isWaitedFor(line.request())) {
    [[maybe_unused]] const int niceness = ::nice(kJobNiceness);
  }
  try {
    std::visit([&](const auto& job) { doJob(line, job); }, line.request());
  } catch (const Error& error) {
    line.tell(JobFailed{error.what()});
  } catch (const std::exception& error) {
    line.tell(JobFailed{std::string(error.what()) + "; please report this"});
  }
  // The thread that listens to the server still runs.
  std::fflush(nullptr);
  ::_exit(0);
}

}  // namespace patchpilot
