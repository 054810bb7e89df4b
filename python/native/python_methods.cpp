#include "python_methods.h"

#include "base/error.h"
#include "patch_arguments.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>

namespace patchpilot::python {

namespace {

/// Candidates that a `PythonSearcher` keeps.
constexpr std::size_t kKept = 50;

/// For the call of a function of Python's; native code holds the target longer than the call.
std::shared_ptr<Target> copyOf(const Target& target) { return std::make_shared<Target>(target); }

py::list listOf(std::span<const Candidate> candidates) {
  py::list list;
  for (const Candidate& candidate : candidates) list.append(shared(candidate));
  return list;
}

template <typename Value>
Value attribute(const py::object& object, const char* name, Value otherwise) {
  return py::hasattr(object, name) ? object.attr(name).cast<Value>() : otherwise;
}

double finiteValue(const py::object& value, const std::string& name) {
  const double number = value.cast<double>();
  if (!std::isfinite(number)) failUsage("metric {} returned {}; it must return finite numbers", name, number);
  return number;
}

}  // namespace

std::shared_ptr<Candidate> shared(const Candidate& candidate) {
  return std::make_shared<Candidate>(candidate);
}

Proposal proposalFrom(const py::object& given, const EngineHandles& engines) {
  if (engines.empty()) failUsage("there is no engine to propose patches for");
  if (py::isinstance<Candidate>(given)) return given.cast<const Candidate&>().proposal;
  Proposal proposal;
  if (!py::hasattr(given, "patch") || !py::hasattr(given, "engine")) {
    proposal.patch = patchFrom(given, engines.front()->engine());
    return proposal;
  }
  proposal.synth = given.attr("engine").cast<std::size_t>();
  if (proposal.synth >= engines.size())
    failUsage("a proposal is for engine {}, and there are {}", proposal.synth, engines.size());
  proposal.patch = patchFrom(given.attr("patch"), engines[proposal.synth]->engine());
  proposal.origin = attribute<std::string>(given, "origin", "");
  proposal.score = attribute<double>(given, "score", 0);
  const py::object note = attribute<py::object>(given, "note", py::none());
  if (!note.is_none()) proposal.note = notesFrom(note, 100, 1).values.front().midi;
  const py::object length = attribute<py::object>(given, "length", py::none());
  if (!length.is_none()) proposal.lengthSeconds = length.cast<double>();
  return proposal;
}

PythonProposer::PythonProposer(py::object proposer, EngineHandles engines)
    : proposer_(proposer),
      engines_(std::move(engines)),
      name_(attribute<std::string>(
          proposer, "name",
          attribute<std::string>(proposer, "__name__", py::str(py::type::of(proposer).attr("__name__"))))),
      rounds_(attribute<int>(proposer, "rounds", 1)) {
  if (!py::hasattr(proposer, "propose") && PyCallable_Check(proposer.ptr()) == 0)
    failUsage("a method is a name, an object with propose(target, count), or a function of these, not {}",
              py::str(py::type::of(proposer)).cast<std::string>());
}

std::vector<Proposal> PythonProposer::propose(const Target& target, int count) {
  const py::gil_scoped_acquire acquire;
  const py::object& own = proposer_.get();
  const py::object propose = py::hasattr(own, "propose") ? py::object(own.attr("propose")) : own;
  std::vector<Proposal> proposals;
  for (const py::handle& one : propose(copyOf(target), count)) {
    if (int(proposals.size()) == count) break;
    Proposal& proposal =
        proposals.emplace_back(proposalFrom(py::reinterpret_borrow<py::object>(one), engines_));
    if (proposal.origin.empty()) proposal.origin = fmt::format("{} {}", name_, proposals.size());
  }
  return proposals;
}

void PythonProposer::observe(std::span<const Candidate> candidates) {
  const py::gil_scoped_acquire acquire;
  if (py::hasattr(proposer_.get(), "observe")) proposer_.get().attr("observe")(listOf(candidates));
}

PythonSearcher::PythonSearcher(py::object searcher, EngineHandles engines)
    : searcher_(searcher), engines_(std::move(engines)) {
  for (const char* function : {"ask", "tell"})
    if (!py::hasattr(searcher, function)) failUsage("a searcher needs ask(most) and tell(outcomes)");
}

std::vector<Trial> PythonSearcher::ask(std::size_t most) {
  const py::gil_scoped_acquire acquire;
  std::vector<Trial> trials;
  // Without a limit of renders `most` is the largest number there is, which Python code might try to fill.
  most = std::min<std::size_t>(most, 1000);
  for (const py::handle& one : searcher_.get().attr("ask")(most)) {
    if (trials.size() == most) break;
    trials.push_back({proposalFrom(py::reinterpret_borrow<py::object>(one), engines_)});
  }
  return trials;
}

void PythonSearcher::tell(std::span<Outcome> outcomes) {
  {
    const py::gil_scoped_acquire acquire;
    py::list told;
    for (const Outcome& outcome : outcomes)
      told.append(outcome.candidate ? py::cast(shared(*outcome.candidate)) : py::object(py::none()));
    searcher_.get().attr("tell")(told);
  }
  for (Outcome& outcome : outcomes)
    if (outcome.candidate) keep(std::move(*outcome.candidate));
}

void PythonSearcher::keep(Candidate candidate) {
  if (!best_ || candidate.distance < best_->cost) best_ = {candidate.distance, candidate.mss};
  const double distance = candidate.distance;
  kept_.emplace(distance, std::move(candidate));
  if (kept_.size() > kKept) kept_.erase(std::prev(kept_.end()));
}

std::vector<Candidate> PythonSearcher::found() const {
  std::vector<Candidate> candidates;
  for (const auto& [distance, candidate] : kept_) candidates.push_back(candidate);
  return candidates;
}

std::vector<Candidate> PythonSearcher::take() { return found(); }

Metric metricFrom(const py::object& given) {
  if (py::isinstance<py::str>(given)) {
    const auto name = given.cast<std::string>();
    if (const Metric* known = findMetric(name)) return *known;
    failUsage("there is no metric '{}'", oneLine(name));
  }
  const bool prepares = py::hasattr(given, "prepare");
  if (!prepares && PyCallable_Check(given.ptr()) == 0)
    failUsage("a metric is a name, an object with prepare(target), or a function of two sounds, not {}",
              py::str(py::type::of(given)).cast<std::string>());
  Metric metric;
  metric.name = attribute<std::string>(given, "name", attribute<std::string>(given, "__name__", "metric"));
  if (findMetric(metric.name) != nullptr)
    failUsage("there is a metric '{}' already: give its name as a string, or your own another name",
              metric.name);
  metric.title = attribute<std::string>(given, "title", metric.name);
  metric.unit = attribute<std::string>(given, "unit", "");
  metric.higherIsBetter = attribute<bool>(given, "higher_is_better", false);
  metric.perfect = attribute<double>(given, "perfect", 0);
  // Unless something else is said, the distance of a candidate is the cost itself; see `objectiveOf`.
  metric.randomCost = attribute<double>(given, "random_cost", 100);
  if (!(metric.randomCost > 0))
    failUsage("metric {} has the random_cost {:g}; it must be above 0", metric.name, metric.randomCost);
  metric.prepare = [held = HeldObject(given), prepares,
                    name = metric.name](const AudioBuffer& target) -> Comparison {
    const py::gil_scoped_acquire acquire;
    const HeldObject compare(prepares ? py::object(held.get().attr("prepare")(arrayOf(target))) : held.get());
    const HeldObject own(prepares ? py::object(py::none()) : py::object(arrayOf(target)));
    return [=](const AudioBuffer& sound) {
      const py::gil_scoped_acquire acquire;
      return finiteValue(prepares ? compare.get()(arrayOf(sound)) : compare.get()(own.get(), arrayOf(sound)),
                         name);
    };
  };
  return metric;
}

NamedObjective objectiveFrom(const py::object& given, const Target& target) {
  if (py::isinstance<py::str>(given)) {
    const auto name = given.cast<std::string>();
    const py::gil_scoped_release release;
    return {name.empty() ? kDefaultObjective : name, makeObjective(name, target)};
  }
  const Metric metric = metricFrom(given);
  const py::gil_scoped_release release;
  return {metric.name, objectiveOf(metric, target)};
}

}  // namespace patchpilot::python
