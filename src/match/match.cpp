#include "match/match.h"

#include "base/error.h"
#include "match/results.h"
#include "propose/learned.h"
#include "propose/proposers.h"

#include <algorithm>

namespace patchpilot {

namespace {

constexpr const char* kRetrieval = "retrieval";

/// Of 11 sounds of JX10 its networks came within 21 of 10; of 13 sounds of DX10 and General MIDI instruments
/// within 25 of none. With a library of JX10 besides, 7 of the 13 came nearer.
constexpr double kFarDistance = 25;

RefinementFacts factsOf(const Refinement& refinement) {
  RefinementFacts facts{refinement.from,     refinement.to,           refinement.last.renders,
                        refinement.last.cut, refinement.last.seconds, {}};
  for (const Refinement::Point& point : refinement.curve)
    facts.curve.push_back({point.renders, point.seconds, point.distance, point.mss});
  return facts;
}

}  // namespace

Match::Match(MatchOptions options, MatchObserver& observer, std::stop_token stop)
    : options_(std::move(options)), observer_(observer), stop_(std::move(stop)) {
  for (const std::string& name : options_.methods) {
    const Method method = parseMethod(name);
    for (const std::string& proposer : method.proposers)
      if (std::find(proposers_.begin(), proposers_.end(), proposer) == proposers_.end())
        proposers_.push_back(proposer);
    options_.refine = options_.refine || method.refined;
    if (method.objective.empty()) continue;
    if (!options_.objective.empty() && options_.objective != method.objective)
      failUsage("two objectives are named, {} and {}; give one", options_.objective, method.objective);
    options_.objective = method.objective;
  }
  checkObjectiveName(options_.objective);
  TargetOptions target = options_.target;
  target.name = std::filesystem::path(options_.name).stem().string();
  target_ = readTarget(options_.sound, target);
  if (!options_.name.empty()) target_.file = options_.name;
  objective_ = makeObjective(options_.objective, target_);
  observer_.onTarget(target_);
}

void Match::open() {
  SourceOptions open;
  open.synth = options_.synth;
  open.workers = options_.workers;
  open.longestSeconds = target_.sound.seconds();
  open.onIndex = [&](const std::string& file, double done) { observer_.onIndex(file, done); };
  open.onFallback = [&](const std::string& file, const std::string& why) { observer_.onFallback(file, why); };
  if (options_.methods.empty() && !options_.libraries.empty()) proposers_ = {kRetrieval};
  const auto requireLibrary = [&](const std::string& method) {
    if (options_.libraries.empty())
      failUsage(
          "{} needs a library, and there is none; make one with 'patchpilot library build --space jx10 "
          "--count 3000', "
          "or name a synth with --space and a method that needs no library",
          method);
  };
  for (const std::string& name : proposers_)
    if (proposerKind(name).needsLibraries) requireLibrary(name);
  sources_ = openSources(sourceNames(options_.libraries, options_.embedder), open);
  openSpace(sources_, options_.space, open);
  if (options_.libraries.empty() && options_.space.empty()) openLearnedSpaces(sources_, open);
  if (options_.methods.empty()) {
    const auto learned = learnedMethods(sources_.engines);
    proposers_.insert(proposers_.begin(), learned.begin(), learned.end());
  }
  if (proposers_.empty()) requireLibrary(kRetrieval);
  if (sources_.engines.empty())
    failUsage(
        "no synth to match with: name one with --space ('patchpilot synths' lists what fits), or a library");
}

void Match::rank() {
  open();
  ProposerContext context;
  context.libraries = sources_.searched();
  context.engines = &sources_.engines;
  context.seed = options_.seed;
  context.velocity = options_.velocity;
  SessionPlan plan;
  plan.proposals = options_.proposals;
  plan.top = options_.top;
  plan.velocity = options_.velocity;
  plan.seed = options_.seed;
  plan.objective = objective_;
  plan.mayRefine = options_.refine;
  if (options_.near) searchNear(*options_.near, plan);
  session_.emplace(target_, sources_.engines, makeProposers(proposers_, std::move(context)), std::move(plan),
                   observer_, stop_);
  session_->rank();
  if (session_->candidates().empty() && !stop_.stop_requested())
    failPlugin("not one of the {} patches proposed could be rendered; see what was skipped",
               session_->proposed());
}

void Match::searchNear(const NearPatch& near, SessionPlan& plan) const {
  if (sources_.engines.size() != 1)
    failUsage(
        "a search around a patch takes libraries of one synth, and these are of {}; name those of the "
        "patch's synth",
        sources_.engines.size());
  Engine& engine = *sources_.engines.front();
  const auto indexOf = [&](const std::string& key) {
    const auto index = engine.space().find(key);
    if (!index) failUsage("{} has no parameter '{}'", engine.space().name, oneLine(key));
    return *index;
  };
  Proposal start = near.proposal;
  start.synth = 0;
  if (!target_.noteOpen) start.note.reset();
  if (!target_.lengthOpen) start.lengthSeconds.reset();
  std::vector<float> values = start.patch.isPreset() ? engine.values(start.patch) : start.patch.values();
  std::vector<LockedParameter> changed;
  for (const auto& [key, value] : near.changes) {
    changed.push_back({indexOf(key), value});
    values[changed.back().parameter] = value;
  }
  for (const std::string& key : near.locked) plan.locked.push_back({indexOf(key), values[indexOf(key)]});
  // The changes hold in the start, and are free in what is bred.
  Genome genome = genomeOf(start, engine);
  SearchSpace(engine.space(), engine.defaults(), changed).lock(genome);
  const std::size_t count = std::size_t(std::max(options_.proposals, options_.top)) - 1;
  for (const Genome& one : Breeder(engine.space(), engine.defaults(), {.locked = plan.locked})
                               .around(genome, count, options_.seed))
    plan.starts.push_back(one.proposal());
}

void Match::refine() {
  if (options_.refine) session_->refine(options_.limits);
}

SearchFacts Match::facts() const {
  return {options_.objective.empty() ? kDefaultObjective : options_.objective, {}};
}

/// What to do if even the best candidate is far from the sound; empty if a library of its synth was searched.
std::string Match::advice(const Candidate& best) const {
  const std::size_t synth = best.proposal.synth;
  const auto& libraries = sources_.libraries;
  if (best.distance < kFarDistance ||
      std::any_of(libraries.begin(), libraries.end(), [&](const auto& one) { return one.synth == synth; }))
    return "";
  const std::string& space = sources_.engines[synth]->space().name;
  return fmt::format(
      "even the nearest candidate is far from the sound; a library may hold a nearer one: make it with "
      "'patchpilot library build --space {} --count 3000', then match with --library {}",
      options_.space.empty() ? space : options_.space, space);
}

MatchDocument Match::write(const std::filesystem::path& folder, const std::vector<Candidate>& found,
                           std::vector<Candidate>* written) {
  std::vector<Candidate> chosen = session_->best(found);
  SearchFacts search = facts();
  if (!chosen.empty()) search.advice = advice(chosen.front());
  if (const auto& refinement = session_->refinement(); refinement && !refinement->curve.empty())
    search.refinement = factsOf(*refinement);
  MatchDocument document = writeResults(folder, target_, objective_, chosen, sources_.engines,
                                        options_.velocity, std::move(search));
  if (written != nullptr) *written = std::move(chosen);
  return document;
}

MatchDocument Match::writeFirst(const std::filesystem::path& folder, const std::vector<Candidate>& found,
                                std::vector<Candidate>* written) {
  std::vector<Candidate> chosen = session_->best(found);
  MatchDocument document =
      writeFirstResults(folder, target_, chosen, sources_.engines, options_.velocity, facts());
  if (written != nullptr) *written = std::move(chosen);
  return document;
}

}  // namespace patchpilot
