#pragma once

#include "engine_handle.h"
#include "features/metric.h"
#include "held_object.h"
#include "listen/objective.h"
#include "propose/proposer.h"
#include "search/searcher.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace patchpilot::python {

/// A proposal as Python gives it: a `Proposal`, or whatever `patchFrom` takes, for the first engine.
Proposal proposalFrom(const py::object& given, const EngineHandles& engines);

/// A proposer written in Python: an object with `propose(target, count)` and, if it learns,
/// `observe(candidates)` and `rounds`; or a function of target and count.
class PythonProposer : public Proposer {
 public:
  PythonProposer(py::object proposer, EngineHandles engines);

  std::string name() const override { return name_; }
  std::vector<Proposal> propose(const Target& target, int count) override;
  void observe(std::span<const Candidate> candidates) override;
  int rounds(const Target&) const override { return rounds_; }

 private:
  HeldObject proposer_;
  EngineHandles engines_;
  std::string name_;
  int rounds_ = 1;
};

/// A searcher written in Python: an object with `ask(most)` and `tell(outcomes)`. The nearest candidates that
/// it found are kept here.
class PythonSearcher : public Searcher {
 public:
  PythonSearcher(py::object searcher, EngineHandles engines);

  std::vector<Trial> ask(std::size_t most) override;
  void tell(std::span<Outcome> outcomes) override;
  std::optional<Standing> best() const override { return best_; }
  std::vector<Candidate> found() const override;
  std::vector<Candidate> take() override;

 private:
  void keep(Candidate candidate);

  HeldObject searcher_;
  EngineHandles engines_;
  std::multimap<double, Candidate> kept_;  ///< by distance
  std::optional<Standing> best_;
};

/// A metric written in Python: a `patchpilot.Metric`, or a function of two sounds, target first, `(2,
/// samples)` each, that returns a distance.
/// @throws Error (usage) for anything else, or if it has the name of a metric of the program's own
Metric metricFrom(const py::object& given);

/// What candidates are ranked by and a search makes small: the name of an objective, a metric, or a function
/// as `metricFrom` takes it.
struct NamedObjective {
  std::string name;
  Objective objective;
};
NamedObjective objectiveFrom(const py::object& given, const Target& target);

/// A copy of a candidate for Python.
std::shared_ptr<Candidate> shared(const Candidate& candidate);

}  // namespace patchpilot::python
