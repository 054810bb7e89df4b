#include "python_session.h"

#include "base/error.h"
#include "base/files.h"
#include "documents.h"
#include "interruptible.h"
#include "library/installed.h"
#include "propose/learned.h"
#include "propose/proposers.h"
#include "search/search_loop.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>

namespace patchpilot::python {

namespace {

bool isNearer(const Candidate& a, const Candidate& b) { return a.distance < b.distance; }

}  // namespace

PythonSession::PythonSession(SessionArguments arguments)
    : target_(std::move(arguments.target)),
      engines_(std::move(arguments.engines)),
      models_(std::move(arguments.models)),
      plan_(std::move(arguments.plan)) {
  open(arguments.libraries, arguments.embedder, arguments.workers);
  if (engines_.empty()) failUsage("there is nothing to match with: give libraries or engines");
  NamedObjective objective = objectiveFrom(arguments.objective, *target_);
  objectiveName_ = std::move(objective.name);
  plan_.objective = std::move(objective.objective);
  if (arguments.starts)
    for (const py::handle& start : *arguments.starts)
      plan_.starts.push_back(proposalFrom(py::reinterpret_borrow<py::object>(start), engines_));
  if (arguments.starts && !arguments.methods) arguments.methods = py::tuple();
  proposers_ = makeProposers(arguments.methods);
  session_.emplace(*target_, opened_, proposers_, plan_, *this, stop_.get_token());
}

void PythonSession::open(const std::vector<std::string>& libraries, const std::string& embedder,
                         int workers) {
  const double seconds = target_->sound.seconds();
  std::vector<std::string> files;
  for (const std::string& library : libraries) files.push_back(resolveLibrary(library).string());
  SourceOptions options;
  options.workers = workers;
  options.longestSeconds = seconds;
  options.onFallback = [&](const std::string& file, const std::string& why) {
    problems_.push_back(file + ": " + why);
  };
  if (!files.empty())
    sources_ = interruptible([&](std::stop_token stop) {
      options.synth.limits.stop = options.synth.scan.limits.stop = std::move(stop);
      return openSources(sourceNames(files, embedder), options);
    });
  for (const auto& handle : engines_) opened_.push_back(handle->lasting(seconds));
  for (SearchLibrary& library : sources_.libraries) library.synth += engines_.size();
  for (const auto& engine : sources_.engines) {
    engines_.push_back(std::make_shared<EngineHandle>(engine, workers));
    opened_.push_back(engine);
  }
}

py::list PythonSession::usualMethods() {
  std::vector<std::string> names;
  if (!sources_.libraries.empty()) names.emplace_back("retrieval");
  {
    const py::gil_scoped_release release;  // LibTorch takes long to load
    for (std::string& name : learnedMethods(opened_, models_)) names.push_back(std::move(name));
  }
  if (names.empty()) names.emplace_back("random");
  return py::cast(names);
}

std::vector<std::shared_ptr<Proposer>> PythonSession::makeProposers(
    const std::optional<py::sequence>& methods) {
  ProposerContext context;
  context.libraries = sources_.searched();
  context.engines = &opened_;
  context.seed = plan_.seed;
  context.velocity = plan_.velocity;
  context.models = models_;
  context.hearing = networkHearing(context);
  std::vector<std::shared_ptr<Proposer>> proposers;
  for (const py::handle& method : methods ? py::list(*methods) : usualMethods()) {
    if (!py::isinstance<py::str>(method)) {
      proposers.push_back(
          std::make_shared<PythonProposer>(py::reinterpret_borrow<py::object>(method), engines_));
      continue;
    }
    const ProposerKind& kind = proposerKind(method.cast<std::string>());
    if (kind.needsLibraries && context.libraries.empty())
      failUsage("{} needs a library; build one with build_library(), or use a method that needs none",
                kind.name);
    const py::gil_scoped_release release;
    proposers.push_back(kind.make(context));
  }
  return proposers;
}

void PythonSession::run(const char* stage, std::optional<py::function> onProgress,
                        const std::function<void(std::stop_token)>& work) {
  if (stop_.stop_requested()) failUsage("this session was interrupted; begin another");
  stage_ = stage;
  onProgress_.reset();
  if (onProgress) onProgress_.emplace(std::move(*onProgress));
  rendersBefore_ = renders_;
  stageBegin_ = std::chrono::steady_clock::now();
  runInterruptible([&](std::stop_token stop) {
    std::vector<std::unique_lock<std::recursive_mutex>> turns;
    for (const auto& handle : engines_) turns.push_back(handle->takeTurn());
    const std::stop_callback passOn(stop, [&] { stop_.request_stop(); });
    work(stop);
  });
  secondsBefore_ = secondsSpent();
}

double PythonSession::secondsSpent() const {
  return secondsBefore_ +
         std::chrono::duration<double>(std::chrono::steady_clock::now() - stageBegin_).count();
}

std::vector<Proposal> PythonSession::propose(int count) {
  std::vector<Proposal> all;
  run("proposing", {}, [&](std::stop_token) {
    for (const auto& proposer : proposers_)
      for (Proposal& proposal : proposer->propose(*target_, count)) all.push_back(std::move(proposal));
  });
  return all;
}

void PythonSession::rank(std::optional<py::function> onProgress) {
  run("ranking", std::move(onProgress), [&](std::stop_token) {
    session_->rank();
    candidates_ = session_->candidates();
  });
  if (candidates_.empty())
    failPlugin("not one of the {} patches proposed could be rendered{}", session_->proposed(),
               problems_.empty() ? "" : ", the first: " + problems_.front());
}

void PythonSession::refine(const RefineLimits& limits, std::optional<py::function> onProgress) {
  run("refining", std::move(onProgress), [&](std::stop_token) {
    session_->refine(limits);
    std::vector<Candidate> all = session_->candidates();
    candidates_ = std::move(all);
  });
}

void PythonSession::search(const py::object& searcher, const RefineLimits& limits,
                           std::optional<py::function> onProgress) {
  PythonSearcher adapter(searcher, engines_);
  const double seconds = limits.seconds > 0 || limits.renders > 0 ? limits.seconds : kRefineSeconds;
  run("searching", std::move(onProgress), [&](std::stop_token stop) {
    EngineRenderer renderer(*target_, plan_.objective, opened_, plan_.velocity, nullptr, stop);
    Budget budget({limits.renders, seconds, [stop] { return stop.stop_requested(); }});
    const std::function<void(const RefineProgress&)> onSearch = [&](const RefineProgress& progress) {
      tell(rendersBefore_ + progress.renders, limits.renders ? rendersBefore_ + limits.renders : 0,
           progress.best, progress.mss);
    };
    SearchLoop(renderer, budget, onSearch, problems_).run(adapter);
    for (Candidate& candidate : adapter.take()) candidates_.push_back(std::move(candidate));
    std::stable_sort(candidates_.begin(), candidates_.end(), isNearer);
  });
}

std::string PythonSession::save(const std::filesystem::path& folder, bool replace) {
  std::vector<Candidate> chosen;
  for (const std::size_t index : best()) chosen.push_back(candidates_[index]);
  StagedDirectory staged(folder, replace);
  const std::string document = interruptible([&](std::stop_token) {
    return writeResultsText(staged.path(), *target_, objectiveName_, plan_.objective, chosen, opened_,
                            plan_.velocity);
  });
  staged.commit();
  return document;
}

std::vector<std::size_t> PythonSession::best() const {
  return chooseDifferent(candidates_, std::size_t(plan_.top));
}

void PythonSession::onRanking(const RankProgress& progress, std::size_t all) {
  tell(rendersBefore_ + progress.done, rendersBefore_ + all, progress.best, progress.mss);
}

void PythonSession::onRefining(const Refinement& refinement, const std::function<std::vector<Candidate>()>&) {
  tell(rendersBefore_ + refinement.last.renders,
       refinement.limits.renders > 0 ? rendersBefore_ + refinement.limits.renders : 0, refinement.last.best,
       refinement.last.mss);
}

void PythonSession::onProblems(const std::vector<std::string>& problems) {
  problems_.insert(problems_.end(), problems.begin(), problems.end());
}

void PythonSession::tell(std::size_t renders, std::size_t expected, double distance, double mss) {
  renders_ = renders;
  SessionProgress progress{stage_, renders, expected, secondsSpent(), distance, mss};
  const bool nearer = curve_.empty() || distance < curve_.back().distance;
  if (!nearer) progress.distance = curve_.back().distance, progress.mss = curve_.back().mss;
  if (nearer && std::isfinite(distance)) curve_.push_back(progress);
  if (!onProgress_) return;
  const py::gil_scoped_acquire acquire;
  onProgress_->get()(progress);
}

}  // namespace patchpilot::python
