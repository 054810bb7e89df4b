#include "eval/evaluation.h"

#include "audio/file.h"
#include "audio/level.h"
#include "base/error.h"
#include "base/process.h"
#include "eval/journal.h"
#include "features/gain.h"
#include "features/mel.h"
#include "listen/objective.h"
#include "listen/ranking.h"
#include "match/session.h"
#include "propose/oracle.h"
#include "propose/random.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <set>
#include <thread>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kFloorRenders = 5;
/// Proposals of the oracle in hand at a time.
constexpr int kOracleBatch = 500;
/// Where so many drawn patches are silent, there is no audible one.
constexpr int kHopeless = 1000;

double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void addTo(Measurements& sum, const Measurements& one, double weight) {
  for (const auto& [name, value] : one) sum[name] += weight * value;
}

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

// ---------------------------------------------------------------- sounds for the report

constexpr double kViewLevelDb = -20, kViewPeak = 0.9;
constexpr std::size_t kViewWindow = 2048, kViewHop = 882;

/// At one loudness for all, so that what is compared is not the level.
AudioBuffer atOneLevel(AudioBuffer sound) {
  const double level = rmsDb(sound);
  if (level <= kSilentDb) return sound;
  applyGainDb(sound, kViewLevelDb - level);
  if (const double top = peak(sound); top > kViewPeak) applyGainDb(sound, amplitudeToDb(kViewPeak / top));
  return sound;
}

/// `frames x kViewBands` bytes.
Bytes melView(const AudioBuffer& sound) {
  std::vector<float> mono(sound.frames());
  for (int c = 0; c < sound.channels(); ++c)
    for (std::size_t i = 0; i < mono.size(); ++i) mono[i] += sound.channel(c)[i] / float(sound.channels());
  static const MelFilterbank filters(kSampleRateHz, kViewWindow, kViewBands);
  const Spectrogram mel = filters.apply(powerSpectrogram(mono, kViewWindow, kViewHop));
  const float top = std::max(1e-12f, *std::max_element(mel.values.begin(), mel.values.end()));
  Bytes bytes;
  for (const float power : mel.values) {
    const double decibels = 10 * std::log10(std::max(power / top, 1e-8f));
    bytes.push_back(std::uint8_t(std::lround((decibels + 80) / 80 * 255)));
  }
  return bytes;
}

void keepSound(const SoundFiles& files, const AudioBuffer& sound) {
  writeMp3(files.mp3, atOneLevel(sound));
  writeFileAtomically(files.mel, std::span<const std::uint8_t>(melView(sound)));
}

std::string fileStem(const std::string& text) {
  std::string stem;
  for (const unsigned char c : text) stem += std::isalnum(c) || c == '-' || c == '.' ? char(c) : '_';
  return stem;
}

// ---------------------------------------------------------------- rows

/// A name for each library: its file's, or the path where two files have one name.
std::vector<std::string> libraryNames(const std::vector<std::string>& files) {
  std::vector<std::string> names;
  for (const auto& file : files) {
    const std::string name = fs::path(file).filename().string();
    const auto same = std::count_if(files.begin(), files.end(),
                                    [&](const auto& f) { return fs::path(f).filename().string() == name; });
    names.push_back(same > 1 ? file : name);
  }
  return names;
}

std::vector<std::string> libraryFiles(const EvaluationOptions& options) {
  std::vector<std::string> files;
  for (const auto& group : options.libraries)
    for (const auto& file : group)
      if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
  return files;
}

class RowMaker {
 public:
  RowMaker(const EvaluationOptions& options, const Sources& sources)
      : options_(options), sources_(sources), files_(libraryFiles(options)), names_(libraryNames(files_)) {}

  std::vector<EvaluationRow> rows() {
    add({"floor", EvaluationRow::Role::floor, "", {}, kFloorRenders, {}});
    for (const auto& libraries : groups())
      addOnce("random " + spaces(libraries), EvaluationRow::Role::random, libraries, 0);
    for (const int renders : options_.renders) {
      for (const auto& libraries : groups())
        // The best of one is the random row's.
        if (renders > 1 && options_.baseline)
          addOnce(fmt::format("best of {} random {}", renders, spaces(libraries)),
                  EvaluationRow::Role::baseline, libraries, renders);
      for (const auto& method : options_.methods)
        for (const auto& libraries : groups()) addMethod(method, libraries, renders);
    }
    if (options_.oracle)
      for (const auto& libraries : groups())
        add({fmt::format("oracle {}", library(libraries)),
             EvaluationRow::Role::oracle,
             "oracle",
             libraries,
             0,
             {}});
    return std::move(rows_);
  }

 private:
  /// As they are opened for the first embedder.
  std::vector<std::vector<std::size_t>> groups() const {
    std::vector<std::vector<std::size_t>> result;
    for (const auto& group : options_.libraries) {
      auto& indices = result.emplace_back();
      for (const auto& file : group)
        indices.push_back(std::size_t(std::find(files_.begin(), files_.end(), file) - files_.begin()));
    }
    return result;
  }

  /// A row for each embedder, where the method searches by one.
  void addMethod(const std::string& method, const std::vector<std::size_t>& libraries, int renders) {
    const bool embeds = parseMethod(method).proposer == "retrieval" && !options_.embedders.empty();
    for (std::size_t e = 0; e < (embeds ? options_.embedders.size() : 1); ++e) {
      const std::string by = embeds ? " by " + options_.embedders[e] : "";
      std::vector<std::size_t> opened = libraries;
      for (std::size_t& index : opened) index += e * files_.size();
      add({fmt::format("{} {}{}, {} render{}", method, library(libraries), by, renders,
                       renders > 1 ? "s" : ""),
           EvaluationRow::Role::method,
           method,
           opened,
           renders,
           {}});
    }
  }

  std::string library(const std::vector<std::size_t>& indices) const {
    std::vector<std::string> words;
    for (const std::size_t index : indices) words.push_back(names_[index % files_.size()]);
    return joined(words, " + ");
  }

  std::string spaces(const std::vector<std::size_t>& indices) const {
    std::vector<std::string> words;
    for (const std::size_t index : indices) {
      const std::string& name = sources_.libraries[index].library.settings().spaceName;
      if (std::find(words.begin(), words.end(), name) == words.end()) words.push_back(name);
    }
    return joined(words, " + ");
  }

  std::set<std::size_t> synths(const std::vector<std::size_t>& libraries) const {
    std::set<std::size_t> result;
    for (const std::size_t index : libraries) result.insert(sources_.libraries[index].synth);
    return result;
  }

  void add(EvaluationRow row) {
    for (const EvaluationRow& other : rows_)
      if (other.role == EvaluationRow::Role::random && !row.libraries.empty() &&
          synths(other.libraries) == synths(row.libraries))
        row.random = other.id;
    if (row.role == EvaluationRow::Role::random) row.random = row.id;
    rows_.push_back(std::move(row));
  }

  /// Random draws: libraries of the same synths have the same ones. Two synths of one space, over two bases,
  /// have not.
  void addOnce(std::string id, EvaluationRow::Role role, std::vector<std::size_t> libraries, int renders) {
    for (const EvaluationRow& other : rows_) {
      if (other.role != role || other.renders != renders) continue;
      if (synths(other.libraries) == synths(libraries)) return;
      if (other.id == id) id += " of " + library(libraries);
    }
    add({std::move(id), role, "random", std::move(libraries), renders, {}});
  }

  const EvaluationOptions& options_;
  const Sources& sources_;
  std::vector<std::string> files_, names_;
  std::vector<EvaluationRow> rows_;
};

json describeSettings(const TargetSet& set, const std::vector<TargetEntry>& entries,
                      const EvaluationOptions& options, Sources& sources) {
  json libraries = json::array();
  const std::vector<std::string> files = libraryFiles(options);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const LibrarySettings& s = sources.libraries[i].library.settings();
    const LibraryCounts counts = sources.libraries[i].library.counts();
    libraries.push_back({{"file", fs::path(files[i]).filename().string()},
                         {"space", s.spaceName},
                         {"fingerprint", s.spaceFingerprint},
                         {"base", contentHash(s.base)},
                         {"synth", s.synthName},
                         {"version", s.synthVersion},
                         {"patches", counts.patches},
                         {"rows", counts.rows},
                         {"seed", s.seed},
                         {"notes", s.notes},
                         {"embedder", s.embedders.front().name},
                         {"embedder_version", s.embedders.front().version}});
  }
  json groups = json::array();
  for (const auto& group : options.libraries) {
    json names = json::array();
    for (const auto& file : group) names.push_back(fs::path(file).filename().string());
    groups.push_back(names);
  }
  json names = json::array();
  std::string excluded;
  for (const auto& entry : entries) {
    names.push_back(entry.name);
    for (const auto& hash : entry.excluded) excluded += hash;
  }
  json settings = {{"targets", fs::absolute(set.folder).lexically_normal().filename().string()},
                   {"fingerprint", set.fingerprint},
                   {"names", names},
                   {"excluded", contentHash(excluded)},
                   {"methods", options.methods},
                   {"libraries", libraries},
                   {"groups", groups},
                   {"renders", options.renders},
                   {"known", options.known},
                   {"oracle", options.oracle},
                   {"seed", options.seed},
                   {"velocity", options.velocity}};
  for (std::size_t e = 0; e < options.embedders.size(); ++e) {
    const EmbedderInfo& embedder = sources.libraries[e * files.size()].embedderInfo();
    settings["embedders"].push_back({{"name", embedder.name}, {"version", embedder.version}});
  }
  if (entries.front().tempoBpm != kUsualBpm) settings["bpm"] = entries.front().tempoBpm;
  if (options.seconds > 0) settings["seconds"] = options.seconds;
  if (!options.baseline) settings["baseline"] = false;
  return settings;
}

std::vector<TargetEntry> limited(const TargetSet& set, std::size_t limit) {
  std::vector<TargetEntry> entries;
  std::map<std::string, std::size_t> counts;
  for (const auto& entry : set.entries)
    if (limit == 0 || ++counts[entry.kind] <= limit) entries.push_back(entry);
  return entries;
}

/// The tempo that all targets were played at.
double tempoOf(const std::vector<TargetEntry>& entries, const fs::path& folder) {
  for (const TargetEntry& entry : entries)
    if (entry.tempoBpm != entries.front().tempoBpm)
      failInput("{}: target '{}' was played at {:g} BPM and '{}' at {:g}; make a set for each tempo",
                (folder / kTargetList).string(), entries.front().name, entries.front().tempoBpm, entry.name,
                entry.tempoBpm);
  return entries.front().tempoBpm;
}

// ---------------------------------------------------------------- one target

/// The best of what a row rendered, and what it cost.
struct Finding {
  std::optional<Candidate> best;
  std::size_t renders = 0;
  std::vector<TracePoint> trace;
  std::vector<std::string> problems;
  std::optional<std::size_t> rank;  ///< see `EvaluationResult`
};

/// Runs rows over targets with engines of its own; libraries are shared with other lanes.
class Lane {
 public:
  Lane(const EvaluationOptions& options, Sources& sources, Engines engines, std::mutex& librariesInUse)
      : options_(options), sources_(sources), engines_(std::move(engines)), librariesInUse_(librariesInUse) {}

  void begin(const TargetEntry& entry) {
    entry_ = &entry;
    truth_ = readTarget(entry.file,
                        {.note = entry.note, .lengthSeconds = entry.lengthSeconds, .beginsWithNote = true});
    target_ = options_.known ? truth_ : readTarget(entry.file, TargetOptions{});
    ruler_.emplace(options_.metrics, truth_.sound);
    truths_.clear();
    for (const auto& engine : engines_) truths_.push_back(entry.truth(pluginOf(*engine)));
  }

  const Target& target() const { return target_; }
  const AudioBuffer& sound() const { return truth_.sound; }  ///< as it is in its file

  EvaluationResult run(const EvaluationRow& row, const std::optional<SoundFiles>& sounds) {
    EvaluationResult result;
    result.target = entry_->name;
    result.row = row.id;
    const auto start = Clock::now();
    if (row.role == EvaluationRow::Role::floor) {
      measureFloor(result);
    } else {
      waited_ = 0;
      const Finding finding =
          row.role == EvaluationRow::Role::random ? firstAudible(row) : search(row, start);
      result.seconds = secondsSince(start) - waited_;
      describe(result, finding);
      if (sounds && finding.best) keepSound(*sounds, laidOver(finding.best->sound));
    }
    if (result.seconds == 0) result.seconds = secondsSince(start);
    return result;
  }

 private:
  /// Distances of the true patch's renders to the sound as it is in its file: what the synth itself leaves
  /// open.
  void measureFloor(EvaluationResult& result) {
    for (std::size_t i = 0; i < engines_.size(); ++i) {
      if (!truths_[i]) continue;
      const Note note{entry_->note, entry_->velocity, entry_->lengthSeconds};
      const std::vector<RenderJob> jobs(kFloorRenders,
                                        RenderJob{0, &*truths_[i], note, truth_.sound.seconds()});
      const auto renders = renderAll(*engines_[i], jobs, interruptToken());
      std::size_t good = 0;
      for (const auto& render : renders) good += render && !containsNonFinite(*render);
      for (const auto& render : renders) {
        if (!render || containsNonFinite(*render)) continue;
        addTo(result.distances, ruler_->measure(*render), 1.0 / double(good));
        result.gainDb += std::abs(gainDb(*render, truth_.sound)) / double(good);
      }
      result.renders = kFloorRenders;
      result.found = good > 0;
      if (good < renders.size())
        result.problem =
            fmt::format("{} of {} renders of the true patch failed", renders.size() - good, renders.size());
      return;
    }
    result.problem = "the true patch is not known, or not one of these synths'";
  }

  ProposerContext context(const EvaluationRow& row) {
    ProposerContext context;
    for (const std::size_t index : row.libraries) context.libraries.push_back(&sources_.libraries[index]);
    context.engines = &engines_;
    context.seed = options_.seed;
    context.leftOut = {entry_->excluded.begin(), entry_->excluded.end()};
    return context;
  }

  /// Waiting for other lanes is no time of the method's.
  std::unique_lock<std::mutex> useLibraries() {
    const auto begin = Clock::now();
    std::unique_lock lock(librariesInUse_);
    waited_ += secondsSince(begin);
    return lock;
  }

  Finding search(const EvaluationRow& row, Clock::time_point start) {
    return row.role == EvaluationRow::Role::oracle ? searchAll(row, start) : runSession(row, start);
  }

  /// The best of everything that the row's libraries hold.
  Finding searchAll(const EvaluationRow& row, Clock::time_point start) {
    Finding finding;
    std::unique_ptr<OracleProposer> oracle;
    {
      const auto lock = useLibraries();
      oracle = std::make_unique<OracleProposer>(context(row));
    }
    while (!interrupted()) {
      std::vector<Proposal> proposals;
      {
        const auto lock = useLibraries();
        proposals = oracle->propose(target_, kOracleBatch);
      }
      if (proposals.empty()) break;
      rank(std::move(proposals), finding, start);
    }
    return finding;
  }

  /// A method's own session, with so many renders in all as the row may spend.
  Finding runSession(const EvaluationRow& row, Clock::time_point start) {
    Finding finding;
    const Method method = parseMethod(row.method);
    std::shared_ptr<Proposer> proposer;
    {
      const auto lock = useLibraries();
      proposer = proposerKind(method.proposer).make(context(row));
    }
    const bool ranked = row.role == EvaluationRow::Role::method && holdsTruth(row);
    const auto watched = std::make_shared<WatchedProposer>(*this, std::move(proposer), ranked);
    SessionPlan plan;
    plan.proposals = method.refined ? std::min(row.renders, kRefineStarts) : row.renders;
    plan.top = 1;
    plan.velocity = velocity();
    plan.seed = options_.seed;
    plan.objective = makeObjective(method.objective, target_);
    plan.mayRefine = method.refined;
    if (!method.refined) plan.keep = 1;  // thousands of sounds would fill the memory
    Watcher watcher(*this, finding, start);
    Session session(target_, engines_, {watched}, std::move(plan), watcher, interruptToken());
    session.rank();
    finding.rank = watched->rankOfTruth();
    const std::size_t before = finding.renders;
    if (method.refined && before < std::size_t(row.renders) && !session.candidates().empty()) {
      RefineLimits limits;
      limits.renders = std::size_t(row.renders) - before;
      if (options_.seconds > 0)
        limits.seconds = std::max(0.1, options_.seconds - (secondsSince(start) - waited_));
      watcher.renderedBefore = before;
      session.refine(limits);
    }
    if (!session.candidates().empty()) finding.best = session.candidates().front();
    return finding;
  }

  /// Asks a proposer while no other lane uses the libraries, and looks for the true patch in what it
  /// proposes.
  class WatchedProposer : public Proposer {
   public:
    WatchedProposer(Lane& lane, std::shared_ptr<Proposer> proposer, bool ranked)
        : lane_(lane), proposer_(std::move(proposer)), ranked_(ranked) {}

    std::string name() const override { return proposer_->name(); }
    int rounds() const override { return proposer_->rounds(); }
    void observe(std::span<const Candidate> candidates) override { proposer_->observe(candidates); }

    std::vector<Proposal> propose(const Target& target, int count) override {
      const auto lock = lane_.useLibraries();
      std::vector<Proposal> proposals =
          proposer_->propose(target, ranked_ ? std::max(count, kRankedProposals) : count);
      if (ranked_ && !rank_) rank_ = lane_.rankOfTruth(proposals);
      if (proposals.size() > std::size_t(count)) proposals.resize(std::size_t(count));
      return proposals;
    }

    /// See `EvaluationResult::rank`.
    std::optional<std::size_t> rankOfTruth() const { return rank_; }

   private:
    Lane& lane_;
    std::shared_ptr<Proposer> proposer_;
    bool ranked_;
    std::optional<std::size_t> rank_;
  };

  /// Keeps how a session came nearer, and what failed.
  class Watcher : public SessionObserver {
   public:
    Watcher(Lane& lane, Finding& finding, Clock::time_point start)
        : lane_(lane), finding_(finding), start_(start) {}

    std::size_t renderedBefore = 0;  ///< refining began

    void onRanking(const RankProgress& progress, std::size_t) override {
      lane_.note(finding_, start_, progress.done, progress.best);
    }
    void onRefining(const Refinement& refinement, const std::function<std::vector<Candidate>()>&) override {
      lane_.note(finding_, start_, renderedBefore + refinement.last.renders, refinement.last.mss);
    }
    void onProblems(const std::vector<std::string>& problems) override {
      finding_.problems.insert(finding_.problems.end(), problems.begin(), problems.end());
    }

   private:
    Lane& lane_;
    Finding& finding_;
    Clock::time_point start_;
  };

  /// Whether one of a row's libraries holds the patch that made the target, and may be searched for it.
  bool holdsTruth(const EvaluationRow& row) {
    if (!entry_->fromLibrary) return false;
    const auto lock = useLibraries();
    for (const std::size_t index : row.libraries) {
      try {
        if (patchIdentity(sources_.libraries[index].library.patches().get(entry_->fromLibrary->id)) ==
            entry_->fromLibrary->identity)
          return true;
      } catch (const Error& error) {
        if (error.code() != ExitCode::input) throw;  // it has no such patch
      }
    }
    return false;
  }

  std::size_t rankOfTruth(const std::vector<Proposal>& proposals) const {
    for (std::size_t i = 0; i < std::min<std::size_t>(proposals.size(), kRankedProposals); ++i)
      if (patchIdentity(proposals[i].patch) == entry_->fromLibrary->identity) return i + 1;
    return 0;
  }

  int velocity() const { return options_.known ? entry_->velocity : options_.velocity; }

  /// Adds what comes of proposals to a finding.
  void rank(std::vector<Proposal> proposals, Finding& finding, Clock::time_point start) {
    const std::size_t before = finding.renders;
    RankOptions rankOptions;
    rankOptions.velocity = velocity();
    rankOptions.keep = 1;
    rankOptions.onProgress = [&](const RankProgress& progress) {
      note(finding, start, before + progress.done, progress.best);
    };
    auto ranked = rankByRendering(target_, std::move(proposals), engines_, rankOptions, finding.problems);
    if (!ranked.empty() && (!finding.best || ranked.front().mss < finding.best->mss))
      finding.best = std::move(ranked.front());
  }

  void note(Finding& finding, Clock::time_point start, std::size_t renders, double best) const {
    finding.renders = renders;
    if (std::isfinite(best) && (finding.trace.empty() || best < finding.trace.back().mss))
      finding.trace.push_back({secondsSince(start) - waited_, renders, best});
  }

  Finding firstAudible(const EvaluationRow& row) {
    Finding finding;
    RandomProposer matcher(context(row));
    constexpr int kBatch = 4;
    for (int drawn = kBatch; drawn <= kHopeless && !interrupted(); drawn += kBatch) {
      std::vector<Proposal> proposals = matcher.propose(target_, drawn);
      proposals.erase(proposals.begin(), proposals.end() - kBatch);
      for (Proposal& proposal : proposals) {
        Finding one;
        rank({std::move(proposal)}, one, Clock::now());
        ++finding.renders;
        if (!one.best || rmsDb(one.best->sound) < kSilentDb) continue;
        finding.best = std::move(one.best);
        return finding;
      }
    }
    return finding;
  }

  /// A match where the method says that the note begins, as long as the file's sound.
  AudioBuffer laidOver(const AudioBuffer& match) const {
    AudioBuffer laid(kChannels, truth_.sound.frames());
    const auto begin =
        std::min(laid.frames(), std::size_t(std::llround(target_.startSeconds * kSampleRateHz)));
    for (int c = 0; c < kChannels; ++c)
      std::copy_n(match.channel(c).begin(), std::min(match.frames(), laid.frames() - begin),
                  laid.channel(c).begin() + std::ptrdiff_t(begin));
    return laid;
  }

  void describe(EvaluationResult& result, Finding finding) {
    std::sort(finding.problems.begin(), finding.problems.end());  // they come in no certain order
    result.renders = finding.renders;
    result.rank = finding.rank;
    result.trace = finding.trace;
    if (!finding.problems.empty())
      result.problem =
          fmt::format("{} failed, the first: {}", finding.problems.size(), finding.problems.front());
    if (!finding.best) {
      if (result.problem.empty()) result.problem = "nothing was proposed, or nothing was audible";
      return;
    }
    const Candidate& best = *finding.best;
    const ParameterSpace& space = engines_[best.proposal.synth]->space();
    result.found = true;
    const AudioBuffer laid = laidOver(best.sound);
    result.distances = ruler_->measure(laid);
    result.gainDb = gainDb(laid, truth_.sound);
    result.lengthPlayed = target_.startSeconds + noteOf(best.proposal, target_, velocity()).lengthSeconds;
    result.origin = best.proposal.origin;
    const std::optional<Patch>& truth = truths_[best.proposal.synth];
    // Of a preset's state, changed or not, the values are not all known.
    if (!truth || truth->isPreset() || best.proposal.patch.isPreset()) return;
    const std::vector<float>& values = best.proposal.patch.values();
    result.error = parameterError(space, values, truth->values());
    result.aligned = parameterError(space, undoSymmetries(space, values, truth->values()), truth->values());
  }

  const EvaluationOptions& options_;
  Sources& sources_;
  Engines engines_;
  std::mutex& librariesInUse_;
  const TargetEntry* entry_ = nullptr;
  Target truth_;                              ///< the sound as it is in its file, with its true note
  Target target_;                             ///< as the methods see it
  std::optional<Ruler> ruler_;                ///< of the sound as it is in its file
  std::vector<std::optional<Patch>> truths_;  ///< the true patch, for each instrument whose patch it is
  double waited_ = 0;  ///< seconds that the row in hand has spent waiting for other lanes
};

// ---------------------------------------------------------------- the run

/// Hands targets to lanes, and results to the journal.
class Runner {
 public:
  Runner(Evaluation& evaluation, Journal& journal, const fs::path& folder,
         const std::function<void(std::size_t, std::size_t)>& onProgress)
      : evaluation_(evaluation), journal_(journal), folder_(folder), onProgress_(onProgress) {}

  void run(std::vector<Lane>& lanes) {
    tell();
    std::vector<std::thread> threads;
    for (Lane& lane : lanes)
      threads.emplace_back([&] {
        try {
          work(lane);
        } catch (...) {
          std::lock_guard lock(mutex_);
          if (!failure_) failure_ = std::current_exception();
          stop_ = true;
        }
      });
    for (auto& thread : threads) thread.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void work(Lane& lane) {
    for (std::size_t index = next_++; index < evaluation_.targets.size() && !stopped(); index = next_++) {
      const EvaluationTarget& target = evaluation_.targets[index];
      std::vector<const EvaluationRow*> left;
      for (const auto& row : evaluation_.rows)
        if (!journal_.holds(target.entry.name, row.id)) left.push_back(&row);
      if (left.empty()) continue;
      try {
        lane.begin(target.entry);
      } catch (const Error& error) {
        if (error.code() != ExitCode::input) throw;
        for (const EvaluationRow* row : left)
          journal_.add({.target = target.entry.name, .row = row->id, .problem = error.what()});
        tell();
        continue;
      }
      keepSound(soundFiles(folder_, target.entry.name), lane.sound());
      journal_.addTarget(target.entry.name, lane.target());
      for (const EvaluationRow* row : left) {
        const bool shown = row->role == EvaluationRow::Role::method;
        const EvaluationResult result =
            lane.run(*row, shown ? std::optional(soundFiles(folder_, target.entry.name, row)) : std::nullopt);
        if (stopped()) return;  // what was cut short is no result
        journal_.add(result);
        tell();
      }
    }
  }

  bool stopped() const { return stop_ || interrupted(); }

  void tell() {
    std::lock_guard lock(mutex_);
    if (onProgress_) onProgress_(journal_.size(), evaluation_.targets.size() * evaluation_.rows.size());
  }

  Evaluation& evaluation_;
  Journal& journal_;
  const fs::path& folder_;
  const std::function<void(std::size_t, std::size_t)>& onProgress_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stop_{false};
  std::exception_ptr failure_;
  std::mutex mutex_;
};

Engines moreEngines(const Sources& sources, int workers) {
  Engines engines;
  for (const auto& one : sources.engines)
    engines.push_back(std::make_shared<PluginEngine>(std::dynamic_pointer_cast<PluginEngine>(one)->synth(),
                                                     RenderPoolOptions{workers, kLongestSeconds}));
  return engines;
}

/// What is not done yet, if anything is.
std::size_t unfinishedTargets(const Evaluation& evaluation, const Journal& journal) {
  return std::size_t(std::count_if(
      evaluation.targets.begin(), evaluation.targets.end(), [&](const EvaluationTarget& target) {
        return std::any_of(evaluation.rows.begin(), evaluation.rows.end(), [&](const EvaluationRow& row) {
          return !journal.holds(target.entry.name, row.id);
        });
      }));
}

}  // namespace

ResultsByName Evaluation::resultsByName() const {
  ResultsByName named;
  for (const auto& result : results) named[{result.target, result.row}] = &result;
  return named;
}

SoundFiles soundFiles(const fs::path& folder, const std::string& target, const EvaluationRow* row) {
  // Names that differ in signs only are told apart by the hash.
  const std::string name = row == nullptr ? target : target + "--" + row->id;
  const std::string stem = fileStem(name).substr(0, 80) + "-" + contentHash(name).substr(0, 8);
  return {folder / "sounds" / (stem + ".mp3"), folder / "sounds" / (stem + ".mel")};
}

Evaluation evaluate(const TargetSet& set, const EvaluationOptions& options, const SourceOptions& open,
                    const fs::path& folder,
                    const std::function<void(std::size_t done, std::size_t all)>& onProgress) {
  std::vector<SourceName> names;
  for (std::size_t e = 0; e < std::max<std::size_t>(1, options.embedders.size()); ++e)
    for (const auto& file : libraryFiles(options))
      names.push_back({file, options.embedders.empty() ? "" : options.embedders[e]});
  SourceOptions sourceOptions = open;
  sourceOptions.workers = options.workers;
  sourceOptions.longestSeconds = kLongestSeconds;
  const std::vector<TargetEntry> entries = limited(set, options.limit);
  sourceOptions.synth.tempoBpm = tempoOf(entries, set.folder);
  Sources sources = openSources(names, sourceOptions);
  Evaluation evaluation;
  evaluation.metrics = options.metrics;
  evaluation.settings = describeSettings(set, entries, options, sources);
  evaluation.rows = RowMaker(options, sources).rows();
  for (const auto& entry : entries) evaluation.targets.push_back({entry});

  Journal journal(folder, evaluation.settings, options.replace);
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const std::size_t wanted = options.lanes > 0 ? std::size_t(options.lanes) : cores;
  std::mutex librariesInUse;
  std::vector<Lane> lanes;
  for (std::size_t i = 1; i < std::min(wanted, unfinishedTargets(evaluation, journal)); ++i)
    lanes.emplace_back(options, sources, moreEngines(sources, options.workers), librariesInUse);
  lanes.emplace_back(options, sources, std::move(sources.engines), librariesInUse);
  Runner(evaluation, journal, folder, onProgress).run(lanes);
  journal.fill(evaluation);
  return evaluation;
}

}  // namespace patchpilot
