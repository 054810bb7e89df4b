#include "eval/lane.h"

#include "audio/frames.h"
#include "audio/level.h"
#include "base/error.h"
#include "eval/rows.h"  // kFloorRenders
#include "features/gain.h"
#include "listen/objective.h"
#include "listen/ranking.h"
#include "match/session.h"
#include "propose/oracle.h"
#include "propose/random.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

/// Proposals of the oracle in hand at a time.
constexpr int kOracleBatch = 500;
/// If so many drawn patches are silent, there is no audible one.
constexpr int kHopeless = 1000;

double secondsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void addTo(Measurements& sum, const Measurements& one, double weight) {
  for (const auto& [name, value] : one) sum[name] += weight * value;
}

}  // namespace

/// Asks a proposer while no other lane uses the libraries, and looks for the true patch in what it
/// proposes.
class Lane::WatchedProposer : public Proposer {
 public:
  WatchedProposer(Lane& lane, std::shared_ptr<Proposer> proposer, bool ranked)
      : lane_(lane), proposer_(std::move(proposer)), ranked_(ranked) {}

  std::string name() const override { return proposer_->name(); }
  int rounds(const Target& target) const override { return proposer_->rounds(target); }
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
class Lane::Watcher : public SessionObserver {
 public:
  Watcher(Lane& lane, Finding& finding, Clock::time_point start)
      : lane_(lane), finding_(finding), start_(start) {}

  std::size_t renderedBefore = 0;  ///< refining began

  void onRanking(const RankProgress& progress, std::size_t) override {
    lane_.note(finding_, start_, progress.done, {progress.best, progress.mss});
  }
  void onRefining(const Refinement& refinement, const std::function<std::vector<Candidate>()>&) override {
    lane_.note(finding_, start_, renderedBefore + refinement.last.renders,
               {refinement.last.best, refinement.last.mss});
  }
  void onProblems(const std::vector<std::string>& problems) override {
    finding_.problems.insert(finding_.problems.end(), problems.begin(), problems.end());
  }

 private:
  Lane& lane_;
  Finding& finding_;
  Clock::time_point start_;
};

Target Lane::asMethodsSee(const TargetEntry& entry) const {
  if (!options_.known) return readTarget(entry.file, TargetOptions{});
  TargetOptions told{
      .note = entry.note, .lengthSeconds = entry.played().lengthSeconds, .beginsWithNote = true};
  if (entry.onsetSeconds > 0) told.startSeconds = entry.onsetSeconds;
  return readTarget(entry.file, told);
}

void Lane::listenTo(const TargetEntry& entry) {
  target_ = asMethodsSee(entry);
  entry_ = &entry;
}

void Lane::begin(const TargetEntry& entry, const TargetEntry& other) {
  other_ = &other;
  truth_ = readTarget(entry.file,
                      {.note = entry.note, .lengthSeconds = entry.lengthSeconds, .beginsWithNote = true});
  listenTo(entry);
  ruler_.emplace(options_.metrics, truth_.sound);
  truths_.clear();
  for (const auto& engine : engines_) truths_.push_back(entry.truth(*engine));
}

EvaluationResult Lane::run(const EvaluationRow& row, const std::optional<SoundFiles>& sounds) {
  EvaluationResult result;
  result.target = entry_->name;
  result.row = row.id;
  const auto start = Clock::now();
  if (row.role == EvaluationRow::Role::floor) measureFloor(result);
  else if (row.role != EvaluationRow::Role::shuffled) search(row, result, sounds);
  else {
    const TargetEntry& own = *entry_;
    try {
      listenTo(*other_);
      search(row, result, sounds);
    } catch (const Error& error) {
      if (error.code() != ExitCode::input) throw;
      result.problem = error.what();
    }
    listenTo(own);
  }
  if (result.seconds == 0) result.seconds = secondsSince(start);
  return result;
}

/// Searches for `target_`, and judges what is found by the sound of the target that was begun.
void Lane::search(const EvaluationRow& row, EvaluationResult& result,
                  const std::optional<SoundFiles>& sounds) {
  waited_ = 0;
  const auto start = Clock::now();
  const Finding finding = row.role == EvaluationRow::Role::random   ? firstAudible(row)
                          : row.role == EvaluationRow::Role::oracle ? searchAll(row, start)
                                                                    : runSession(row, start);
  result.seconds = secondsSince(start) - waited_;
  describe(result, finding);
  if (sounds && finding.best) keepSound(*sounds, laidOver(finding.best->sound));
}

/// Distances of the true patch's renders to the sound as it is in its file: what the synth itself leaves
/// open.
void Lane::measureFloor(EvaluationResult& result) {
  for (std::size_t i = 0; i < engines_.size(); ++i) {
    if (!truths_[i]) continue;
    const std::vector<RenderJob> jobs(kFloorRenders,
                                      RenderJob{0, &*truths_[i], entry_->played(), truth_.sound.seconds()});
    const auto renders = renderAll(*engines_[i], jobs, options_.stop);
    std::size_t good = 0;
    for (const auto& render : renders) good += render && !containsNonFinite(*render);
    for (const auto& render : renders) {
      if (!render || containsNonFinite(*render)) continue;
      const AudioBuffer laid = render->placedAt(framesOf(entry_->onsetSeconds), truth_.sound.frames());
      addTo(result.distances, ruler_->measure(laid), 1.0 / double(good));
      result.gainDb += std::abs(gainDb(laid, truth_.sound)) / double(good);
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

ProposerContext Lane::context(const EvaluationRow& row) {
  ProposerContext context;
  for (const std::size_t index : row.libraries) context.libraries.push_back(&sources_.libraries[index]);
  context.engines = &engines_;
  context.seed = options_.seed;
  context.velocity = velocity();
  context.leftOut = {entry_->excluded.begin(), entry_->excluded.end()};
  return context;
}

/// Waiting for other lanes is no time of the method's.
std::unique_lock<std::mutex> Lane::useLibraries() {
  const auto begin = Clock::now();
  std::unique_lock lock(librariesInUse_);
  waited_ += secondsSince(begin);
  return lock;
}

/// The best of everything that the row's libraries hold.
Lane::Finding Lane::searchAll(const EvaluationRow& row, Clock::time_point start) {
  Finding finding;
  std::unique_ptr<OracleProposer> oracle;
  {
    const auto lock = useLibraries();
    oracle = std::make_unique<OracleProposer>(context(row));
  }
  while (!options_.stop.stop_requested()) {
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
Lane::Finding Lane::runSession(const EvaluationRow& row, Clock::time_point start) {
  Finding finding;
  const Method method = parseMethod(row.method);
  std::vector<std::shared_ptr<Proposer>> proposers;
  {
    const auto lock = useLibraries();
    proposers = makeProposers(method.proposers, context(row));
  }
  // Of several lists, which are pooled, the place of the truth in one says little.
  const bool ranked = row.role == EvaluationRow::Role::method && proposers.size() == 1 && holdsTruth(row);
  std::shared_ptr<WatchedProposer> first;
  for (auto& proposer : proposers) {
    const auto watched = std::make_shared<WatchedProposer>(*this, std::move(proposer), ranked);
    if (!first) first = watched;
    proposer = watched;
  }
  SessionPlan plan;
  plan.proposals = method.refined ? std::min(row.renders, kRefineStarts) : row.renders;
  plan.top = 1;
  plan.velocity = velocity();
  plan.seed = options_.seed;
  plan.objective = makeObjective(method.objective, target_);
  plan.mayRefine = method.refined;
  if (!method.refined) plan.keep = 1;  // thousands of sounds would fill the memory
  Watcher watcher(*this, finding, start);
  Session session(target_, engines_, std::move(proposers), std::move(plan), watcher, options_.stop);
  session.rank();
  finding.rank = first->rankOfTruth();
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

/// Whether one of a row's libraries holds the patch that made the target, and may be searched for it.
bool Lane::holdsTruth(const EvaluationRow& row) {
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

std::size_t Lane::rankOfTruth(const std::vector<Proposal>& proposals) const {
  for (std::size_t i = 0; i < std::min<std::size_t>(proposals.size(), kRankedProposals); ++i)
    if (patchIdentity(proposals[i].patch) == entry_->fromLibrary->identity) return i + 1;
  return 0;
}

/// Adds what comes of proposals to a finding.
void Lane::rank(std::vector<Proposal> proposals, Finding& finding, Clock::time_point start) {
  const std::size_t before = finding.renders;
  RankOptions rankOptions;
  rankOptions.velocity = velocity();
  rankOptions.objective = makeObjective("", target_);
  rankOptions.keep = 1;
  rankOptions.stop = options_.stop;
  rankOptions.onProgress = [&](const RankProgress& progress) {
    note(finding, start, before + progress.done, {progress.best, progress.mss});
  };
  auto ranked = rankByRendering(target_, std::move(proposals), engines_, rankOptions, finding.problems);
  if (!ranked.empty() && (!finding.best || ranked.front().distance < finding.best->distance))
    finding.best = std::move(ranked.front());
}

void Lane::note(Finding& finding, Clock::time_point start, std::size_t renders, const Standing& best) const {
  finding.renders = renders;
  if (!(best.cost < finding.nearest)) return;
  finding.nearest = best.cost;
  finding.trace.push_back({secondsSince(start) - waited_, renders, best.mss});
}

Lane::Finding Lane::firstAudible(const EvaluationRow& row) {
  Finding finding;
  RandomProposer matcher(context(row));
  constexpr int kBatch = 4;
  for (int drawn = kBatch; drawn <= kHopeless && !options_.stop.stop_requested(); drawn += kBatch) {
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
AudioBuffer Lane::laidOver(const AudioBuffer& match) const {
  return match.placedAt(framesOf(target_.startSeconds), truth_.sound.frames());
}

void Lane::describe(EvaluationResult& result, Finding finding) {
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

}  // namespace patchpilot
