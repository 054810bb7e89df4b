#include "base/error.h"
#include "bindings.h"
#include "patch_arguments.h"
#include "python_session.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

namespace patchpilot::python {

namespace {

RefineLimits limitsOf(std::size_t renders, double seconds) {
  if (!(seconds >= 0)) failUsage("seconds is 0 or more, not {:g}", seconds);
  return {seconds, renders};
}

std::shared_ptr<PythonSession> makeSession(std::shared_ptr<Target> target, EngineHandles engines,
                                           const std::vector<std::filesystem::path>& libraries,
                                           std::optional<py::sequence> methods,
                                           std::vector<std::filesystem::path> models,
                                           const std::string& embedder, int proposals, int top, int velocity,
                                           std::uint64_t seed, py::object objective, bool refines,
                                           std::optional<py::sequence> starts, int workers) {
  if (proposals < 1 || top < 1) failUsage("proposals and top are at least 1, not {} and {}", proposals, top);
  SessionArguments arguments{std::move(target),
                             std::move(engines),
                             {},
                             std::move(methods),
                             std::move(models),
                             embedder,
                             std::move(objective),
                             std::move(starts),
                             {},
                             workers};
  for (const auto& library : libraries) arguments.libraries.push_back(library.string());
  arguments.plan.proposals = proposals;
  arguments.plan.top = top;
  arguments.plan.velocity = velocity;
  arguments.plan.seed = seed;
  arguments.plan.mayRefine = refines;
  return std::make_shared<PythonSession>(std::move(arguments));
}

void bindCandidates(py::module_& m) {
  py::class_<Candidate, std::shared_ptr<Candidate>>(m, "Candidate", "A proposal that was rendered.")
      .def_readonly("distance", &Candidate::distance,
                    "Of its render to the target by the session's objective. By the objectives of Patch "
                    "Pilot 0 is the\nsame sound, 100 is as far away as a random patch of the synth.")
      .def_readonly("mss", &Candidate::mss, "The same by MSS, in dB.")
      .def_property_readonly(
          "patch", [](const Candidate& c) { return c.proposal.patch; }, "Its Patch.")
      .def_property_readonly(
          "values",
          [](const Candidate& c) -> py::object {
            if (c.proposal.patch.isPreset()) return py::none();
            return arrayOf(std::span<const float>(c.proposal.patch.values()));
          },
          "float32, (parameters,); None for a preset.")
      .def_property_readonly(
          "sound",
          [](const Candidate& c) -> py::object {
            if (c.sound.frames() == 0) return py::none();
            return arrayOf(c.sound);
          },
          "Its render: float32, (2, samples); None for one that was too far off to be kept.")
      .def_property_readonly(
          "origin", [](const Candidate& c) { return c.proposal.origin; }, "Where the patch came from.")
      .def_property_readonly(
          "engine", [](const Candidate& c) { return c.proposal.synth; },
          "Place of its engine in Session.engines.")
      .def_property_readonly(
          "score", [](const Candidate& c) { return c.proposal.score; },
          "The proposer's own; smaller is better.")
      .def_property_readonly(
          "note", [](const Candidate& c) { return c.proposal.note; },
          "MIDI note that it was played with, if other than the target's.")
      .def_property_readonly(
          "length", [](const Candidate& c) { return c.proposal.lengthSeconds; },
          "Seconds until the release, if other than the target's.")
      .def("__repr__", [](const Candidate& c) {
        return fmt::format("<Candidate, distance {:.2f}, MSS {:.2f}, {}>", c.distance, c.mss,
                           c.proposal.origin);
      });
}

/// As `patchpilot.Proposal`s.
py::list proposalsOf(PythonSession& session, int count) {
  if (count < 1) failUsage("count is at least 1, not {}", count);
  const py::object type = py::module_::import("patchpilot.custom").attr("Proposal");
  py::list all;
  for (Proposal& one : session.propose(count))
    all.append(type(py::arg("patch") = std::move(one.patch), py::arg("engine") = one.synth,
                    py::arg("origin") = one.origin, py::arg("score") = one.score, py::arg("note") = one.note,
                    py::arg("length") = one.lengthSeconds));
  return all;
}

std::vector<std::shared_ptr<Candidate>> sharedAll(const std::vector<Candidate>& candidates) {
  std::vector<std::shared_ptr<Candidate>> all;
  for (const Candidate& candidate : candidates) all.push_back(shared(candidate));
  return all;
}

}  // namespace

void bindSessions(py::module_& m) {
  bindCandidates(m);
  py::class_<SessionProgress>(m, "Progress", "How far a session has come.")
      .def_readonly("stage", &SessionProgress::stage, "'ranking', 'refining' or 'searching'.")
      .def_readonly("renders", &SessionProgress::renders, "Made since the session began.")
      .def_readonly("expected", &SessionProgress::expected,
                    "Renders at which the stage ends; 0 if its limit is of time.")
      .def_readonly("seconds", &SessionProgress::seconds, "Spent since the session began.")
      .def_readonly("distance", &SessionProgress::distance,
                    "Of the nearest candidate so far, by the objective.")
      .def_readonly("mss", &SessionProgress::mss, "MSS of that candidate, in dB.")
      .def("__repr__", [](const SessionProgress& p) {
        return fmt::format("<Progress, {}, {} renders, {:.1f} s, distance {:.2f}>", p.stage, p.renders,
                           p.seconds, p.distance);
      });

  py::class_<PythonSession, std::shared_ptr<PythonSession>>(
      m, "Session",
      "One match: methods propose patches, the engines render each, the renders are ranked by their distance "
      "to\n"
      "the target, and a search goes on from there. Ctrl-C (KeyboardInterrupt) stops it and leaves what was "
      "found.")
      .def(
          py::init(&makeSession), py::arg("target"), py::kw_only(), py::arg("engines") = EngineHandles(),
          py::arg("libraries") = std::vector<std::filesystem::path>(), py::arg("methods") = py::none(),
          py::arg("models") = std::vector<std::filesystem::path>(), py::arg("embedder") = "",
          py::arg("proposals") = 50, py::arg("top") = 5, py::arg("velocity") = 100, py::arg("seed") = 1,
          py::arg("objective") = kDefaultObjective, py::arg("refines") = false,
          py::arg("starts") = py::none(), py::arg("workers") = 0,
          "engines: Engines to render with. libraries: files or names; each brings the engine that made it, "
          "after\n"
          "those given. methods: names ('retrieval', 'random', 'flow', 'regression', registered ones), "
          "Proposers, or\n"
          "functions of (target, count) that return patches; None: retrieval if there are libraries, and the "
          "networks\n"
          "whose models fit, else random. models: files of networks, in place of those in the folders of "
          "models.\n"
          "embedder: by which libraries are searched. proposals: how many are rendered, of all methods "
          "together. top:\n"
          "how many `best` holds. objective: what ranks candidates and what refining makes small: "
          "'balanced', 'four',\n"
          "'tolerant', a metric's name, weights such as 'mss=3,rms=1', a Metric, or a function of two sounds "
          "(target,\n"
          "render).\n"
          "refines: whether refine() will be called; the methods are asked for more patches then. starts: "
          "patches\n"
          "or candidates to rank in place of proposals. workers: processes for each library's synth.\n"
          "Raises UsageError, InputError for a library, PluginError for a synth.")
      .def("propose", &proposalsOf, py::arg("count") = 50,
           "Asks each method for at most `count` proposals, renders nothing, and returns them as Proposals, "
           "one\n"
           "method after the other.")
      .def("rank", &PythonSession::rank, py::arg("on_progress") = py::none(),
           "Asks the methods, renders and ranks what they propose. on_progress(Progress) is called after "
           "each render,\n"
           "in any thread. Raises PluginError if nothing could be rendered.")
      .def(
          "refine",
          [](PythonSession& session, std::size_t renders, double seconds,
             std::optional<py::function> onProgress) {
            session.refine(limitsOf(renders, seconds), std::move(onProgress));
          },
          py::kw_only(), py::arg("renders") = 0, py::arg("seconds") = 0.0,
          py::arg("on_progress") = py::none(),
          "Searches on from the candidates, until one of the limits (0: none) is reached; 30 seconds if both "
          "are 0.")
      .def(
          "search",
          [](PythonSession& session, const py::object& searcher, std::size_t renders, double seconds,
             std::optional<py::function> onProgress) {
            session.search(searcher, limitsOf(renders, seconds), std::move(onProgress));
          },
          py::arg("searcher"), py::kw_only(), py::arg("renders") = 0, py::arg("seconds") = 0.0,
          py::arg("on_progress") = py::none(),
          "The same with a Searcher of your own: an object with ask(most) and tell(outcomes).")
      .def("save", &PythonSession::save, py::arg("folder"), py::kw_only(), py::arg("replace") = false,
           "Writes the best candidates into a folder as 'patchpilot match' does: renders, presets, recipes.\n"
           "Returns candidates.json as text. Raises UsageError if the folder exists, or an engine has no "
           "presets.")
      .def_property_readonly("target", &PythonSession::target)
      .def_property_readonly("engines", &PythonSession::engines,
                             "A candidate's engine is a place in this list.")
      .def_property_readonly(
          "candidates", [](const PythonSession& session) { return sharedAll(session.candidates()); },
          "All candidates, nearest first.")
      .def_property_readonly(
          "best",
          [](const PythonSession& session) {
            std::vector<std::shared_ptr<Candidate>> chosen;
            for (const std::size_t index : session.best())
              chosen.push_back(shared(session.candidates()[index]));
            return chosen;
          },
          "The best candidates that differ from each other, at most `top`, nearest first.")
      .def_property_readonly("curve", &PythonSession::curve,
                             "A Progress for each time that the nearest became nearer.")
      .def_property_readonly("problems", &PythonSession::problems, "What was skipped and why, a line each.")
      .def("__repr__", [](const PythonSession& session) {
        return fmt::format("<Session, {} candidates>", session.candidates().size());
      });
}

}  // namespace patchpilot::python
