#include "match/match_run.h"

#include "base/error.h"
#include "base/process.h"
#include "listen/objective.h"
#include "match/results.h"
#include "propose/retrieval.h"
#include "synth/variation.h"

#include <algorithm>
#include <limits>

namespace patchpilot {

using nlohmann::json;

json Refinement::json() const {
  return {
      {"from", from},  {"to", to}, {"renders", last.renders}, {"cut", last.cut}, {"seconds", last.seconds},
      {"curve", curve}};
}

double Refinement::share() const {
  return std::max(mostRenders > 0 ? double(last.renders) / double(mostRenders) : 0,
                  mostSeconds > 0 ? last.seconds / mostSeconds : 0);
}

MatchRun::MatchRun(MatchOptions options, MatchReports reports)
    : options_(std::move(options)), reports_(std::move(reports)) {
  checkObjectiveName(options_.objective);
  target_ = readTarget(options_.sound, options_.target);
  if (!options_.name.empty()) target_.file = options_.name;
  if (reports_.onTarget) reports_.onTarget(target_);
}

void MatchRun::tellProblems() {
  if (reports_.onProblems && !problems_.empty()) reports_.onProblems(problems_);
  problems_.clear();
}

std::vector<Proposal> MatchRun::propose() {
  RetrievalProposer matcher(sources_.searched());
  const int first = std::max(options_.proposals, options_.top);
  std::vector<Proposal> proposals =
      matcher.propose(target_, options_.refine ? std::max(first, kRefineProposals) : first);
  if (options_.near) {
    takeNear(*options_.near);
    unrendered_ = std::exchange(proposals, std::move(around_));
  } else {
    unrendered_ = splitOff(proposals, std::size_t(first));
  }
  return proposals;
}

void MatchRun::takeNear(const NearPatch& near) {
  if (sources_.instruments.size() != 1)
    failUsage(
        "a search around a patch takes libraries of one synth, and these are of {}; name those of the "
        "patch's synth",
        sources_.instruments.size());
  Synth& synth = *sources_.instruments.front().synth;
  const auto indexOf = [&](const std::string& key) {
    const auto index = synth.space().find(key);
    if (!index) failUsage("{} has no parameter '{}'", synth.space().name, oneLine(key));
    return *index;
  };
  Proposal start = near.proposal;
  start.synth = 0;
  if (!target_.lengthOpen) start.lengthSeconds.reset();
  std::vector<float> values = start.patch.state.empty() ? start.patch.values : synth.values(start.patch);
  std::vector<LockedParameter> changed;
  for (const auto& [key, value] : near.changes) {
    changed.push_back({indexOf(key), value});
    values[changed.back().parameter] = value;
  }
  for (const std::string& key : near.locked) locked_.push_back({indexOf(key), values[indexOf(key)]});
  // What is changed is so in the start, and free in what is bred.
  Genome genome = genomeOf(start, synth);
  SearchSpace(synth.space(), defaultValues(synth), changed).lock(genome);
  const std::size_t others = std::size_t(std::max(options_.proposals, options_.top)) - 1;
  for (const Genome& one : Breeder(synth.space(), defaultValues(synth), {.locked = locked_})
                               .around(genome, others, options_.seed))
    around_.push_back(one.proposal());
}

void MatchRun::rank() {
  const auto onFallback = [&](const std::string& file, const std::string& why) {
    if (reports_.onFallback) reports_.onFallback(file, why);
  };
  sources_ = openSources(
      sourceNames(options_.libraries, options_.embedder),
      {options_.synth, options_.workers, target_.sound.seconds(), false, reports_.onIndex, onFallback});
  std::vector<Proposal> proposals = propose();
  const std::size_t count = proposals.size();
  RankOptions rank{.velocity = options_.velocity};
  if (reports_.onRanking) rank.onProgress = [&](const RankProgress& p) { reports_.onRanking(p.done, count); };
  rank.first = kFirstRanked;
  rank.onFirst = reports_.onFirst;
  ranked_ = rankByRendering(target_, std::move(proposals), sources_.instruments, rank, problems_);
  tellProblems();
  if (ranked_.empty() && !interrupted())
    failPlugin("not one of the {} patches proposed could be rendered; see what was skipped", count);
}

void MatchRun::refine() {
  if (!options_.refine) return;
  RefineOptions refineOptions;
  refineOptions.velocity = options_.velocity;
  refineOptions.renders = options_.renders;
  refineOptions.seconds = options_.seconds > 0 || options_.renders > 0 ? options_.seconds : kRefineSeconds;
  refineOptions.seed = options_.seed;
  refineOptions.unrendered = std::move(unrendered_);
  refineOptions.locked = locked_;
  refineOptions.objective = makeObjective(options_.objective, target_);
  refinement_.from = ranked_.front().mss;
  refinement_.mostSeconds = refineOptions.seconds;
  refinement_.mostRenders = refineOptions.renders;
  double best = std::numeric_limits<double>::infinity();
  refineOptions.onProgress = [&](const RefineProgress& p) {
    refinement_.last = p;
    if (p.mss < best)
      refinement_.curve.push_back({{"renders", p.renders}, {"seconds", p.seconds}, {"mss", p.mss}});
    best = std::min(best, p.mss);
    refinement_.to = p.mss;
    found_ = p.found;
    if (reports_.onRefining) reports_.onRefining(refinement_);
    found_ = {};
  };
  ranked_ = patchpilot::refine(target_, std::move(ranked_), sources_.instruments, refineOptions, problems_);
  refinement_.to = ranked_.front().mss;
  tellProblems();
}

std::vector<Candidate> MatchRun::bestOf(const std::vector<Candidate>& ranked) const {
  std::vector<Candidate> chosen;
  for (const std::size_t index : chooseDifferent(ranked, std::size_t(options_.top)))
    chosen.push_back(ranked[index]);
  return chosen;
}

json MatchRun::writeFirst(const std::filesystem::path& folder, const std::vector<Candidate>& found,
                          std::vector<Candidate>* written) {
  std::vector<Candidate> chosen = bestOf(found);
  const json document = writeFirstResults(folder, target_, chosen, sources_.instruments, options_.velocity);
  if (written != nullptr) *written = std::move(chosen);
  return document;
}

json MatchRun::write(const std::filesystem::path& folder, std::vector<Candidate>* written) {
  const std::vector<Candidate> found = found_ ? found_() : std::vector<Candidate>();
  std::vector<Candidate> chosen = bestOf(found_ ? found : ranked_);
  json more = json::object();
  if (options_.refine && !refinement_.curve.empty()) more["refinement"] = refinement_.json();
  const json document = writeResults(folder, target_, chosen, sources_.instruments, options_.velocity, more);
  if (written != nullptr) *written = std::move(chosen);
  return document;
}

}  // namespace patchpilot
