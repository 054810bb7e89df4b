#include "eval/evaluation.h"

#include "base/error.h"
#include "base/files.h"
#include "bindings.h"
#include "eval/report.h"
#include "eval/target_maker.h"
#include "interruptible.h"
#include "library/installed.h"
#include "preset/preset_file.h"
#include "propose/proposers.h"
#include "python_methods.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <tuple>

namespace patchpilot::python {

namespace fs = std::filesystem;

namespace {

/// What a method that Python has registered is made for.
struct MethodContext {
  EngineHandles engines;
  std::uint64_t seed = 1;
};

void registerMethod(const std::string& name, py::function make, const std::string& help) {
  // The table lives as long as the process, longer than the interpreter.
  const auto* held = new HeldObject(std::move(make));
  const auto makeProposer = [held](const ProposerContext& context) -> std::unique_ptr<Proposer> {
    const py::gil_scoped_acquire acquire;
    MethodContext own{{}, context.seed};
    for (const auto& engine : *context.engines) own.engines.push_back(std::make_shared<EngineHandle>(engine));
    return std::make_unique<PythonProposer>(held->get()(own), own.engines);
  };
  addProposerKind({name, help, false, makeProposer});
}

const TargetProtocol& protocolOf(const std::string& name) {
  std::string all;
  for (const TargetProtocol& protocol : targetProtocols()) {
    if (protocol.name == name) return protocol;
    all += (all.empty() ? "" : ", ") + std::string(protocol.name);
  }
  failUsage("there is no protocol '{}'; there are: {}", oneLine(name), all);
}

/// @param presets  a folder of presets, which are played in place of drawn patches
TargetMakeReport makeInto(const fs::path& folder, Synth& synth, const std::optional<fs::path>& presets,
                          const TargetMakeOptions& options) {
  RenderPool pool(synth, {0, options.durationSeconds});
  if (!presets) return makeDrawnTargets(folder, synth, pool, options);
  const std::vector<fs::path> files = presetPathsUnder(*presets);
  if (files.empty()) failInput("{} holds no presets (.fxp, .vstpreset, .lv2)", presets->string());
  return makePresetTargets(folder, *presets, files, synth, pool, options);
}

std::size_t makeTargets(EngineHandle& handle, const fs::path& folder, std::size_t count, std::uint64_t seed,
                        std::pair<int, int> notes, std::pair<double, double> lengths, double seconds,
                        const std::optional<std::string>& protocol, const std::optional<fs::path>& presets,
                        bool replace, const std::optional<py::function>& onProgress) {
  Synth& synth = pluginOf(handle.engine());
  TargetMakeOptions options;
  options.count = count;
  options.seed = seed;
  std::tie(options.lowestNote, options.highestNote) = notes;
  std::tie(options.shortestSeconds, options.longestSeconds) = lengths;
  if (notes.first > notes.second || lengths.first > lengths.second)
    failUsage("notes and lengths are the least and the greatest, in this order");
  options.durationSeconds = seconds;
  if (protocol) protocolOf(*protocol).apply(options);
  if (onProgress)
    options.onProgress = [&](std::size_t done) {
      const py::gil_scoped_acquire acquire;
      (*onProgress)(done, count);
    };
  StagedDirectory staged(folder, replace);
  const TargetMakeReport report = interruptible([&](std::stop_token stop) {
    options.stop = std::move(stop);
    return makeInto(staged.path(), synth, presets, options);
  });
  staged.commit();
  return report.written;
}

py::dict dictOf(const TargetEntry& entry) {
  const Note note = entry.played();
  return py::dict(py::arg("name") = entry.name, py::arg("kind") = entry.kind, py::arg("file") = entry.file,
                  py::arg("note") = note, py::arg("onset") = entry.onsetSeconds,
                  py::arg("space") = entry.space, py::arg("parameters") = entry.parameters,
                  py::arg("preset") = entry.preset.empty() ? py::object(py::none()) : py::cast(entry.preset));
}

py::list readTargets(const fs::path& folder) {
  const TargetSet set = interruptible([&](std::stop_token) { return readTargetSet(folder); });
  py::list entries;
  for (const TargetEntry& entry : set.entries) entries.append(dictOf(entry));
  return entries;
}

py::dict rowOf(const EvaluationResult& result) {
  py::dict row(py::arg("target") = result.target, py::arg("row") = result.row,
               py::arg("found") = result.found, py::arg("renders") = result.renders,
               py::arg("seconds") = result.seconds, py::arg("gain_db") = result.gainDb,
               py::arg("origin") = result.origin, py::arg("problem") = result.problem);
  for (const auto& [metric, value] : result.distances) row[py::str(metric)] = value;
  return row;
}

Evaluation evaluateMethods(const fs::path& targets, const fs::path& out,
                           const std::vector<std::string>& methods, const std::vector<fs::path>& libraries,
                           std::vector<int> renders, double seconds, const std::vector<py::object>& metrics,
                           bool known, bool baseline, std::uint64_t seed, std::size_t limit, int lanes,
                           bool replace, const std::optional<py::function>& onProgress) {
  EvaluationOptions options;
  options.methods = methods;
  for (const fs::path& library : libraries)
    options.libraries.push_back({resolveLibrary(library.string()).string()});
  if (options.libraries.empty()) failUsage("libraries is empty: each brings the synth that is rendered with");
  for (const std::string& method : methods) parseMethod(method);
  options.renders = std::move(renders);
  options.seconds = seconds;
  for (const py::object& metric : metrics) options.metrics.push_back(metricFrom(metric));
  options.known = known;
  options.baseline = baseline;
  options.seed = seed;
  options.limit = limit;
  options.lanes = lanes;
  options.replace = replace;
  const auto tell = [&](std::size_t done, std::size_t all) {
    if (!onProgress) return;
    const py::gil_scoped_acquire acquire;
    (*onProgress)(done, all);
  };
  return interruptible([&](std::stop_token stop) {
    options.stop = stop;
    Evaluation evaluation = evaluate(readTargetSet(targets), options, SourceOptions(), out, tell);
    writeReports(evaluation, out);
    return evaluation;
  });
}

}  // namespace

void bindEvaluation(py::module_& m) {
  py::class_<MethodContext>(m, "MethodContext", "What a registered method is made for.")
      .def_readonly("engines", &MethodContext::engines, "The Engines that render its proposals.")
      .def_readonly("seed", &MethodContext::seed);
  m.def("register_method", &registerMethod, py::arg("name"), py::arg("make"), py::arg("help") = "",
        "Adds a method to the table, or replaces the one of its name, so that match() and evaluate() take "
        "its name,\n"
        "and '+refine' behind it. make(context) is called with a MethodContext for each session, and returns "
        "what\n"
        "Session() takes as a method. Raises UsageError for a name that is not of letters, digits, '-' and "
        "'_'.");
  m.def(
      "methods",
      [] {
        std::map<std::string, std::string> all;
        for (const ProposerKind& kind : proposerKinds()) all[kind.name] = kind.help;
        return all;
      },
      "The methods that there are, and what each is.");

  m.def("make_targets", &makeTargets, py::arg("engine"), py::arg("folder"), py::kw_only(),
        py::arg("count") = 100, py::arg("seed") = 1, py::arg("notes") = std::pair(48, 72),
        py::arg("lengths") = std::pair(0.3, 3.0), py::arg("seconds") = 4.0, py::arg("protocol") = py::none(),
        py::arg("presets") = py::none(), py::arg("replace") = false, py::arg("on_progress") = py::none(),
        "A set of sounds to evaluate with: audible patches drawn from the engine's space, or the presets of "
        "the\n"
        "folder `presets`. notes: lowest and highest MIDI number. lengths: seconds until the release, "
        "shortest and\n"
        "longest. seconds: of each sound. protocol: a published one, such as 'synth-permutations', which "
        "fixes notes\n"
        "and lengths. on_progress(done, count). Ctrl-C leaves nothing. Returns how many were written.");
  m.def(
      "read_targets", &readTargets, py::arg("folder"),
      "The sounds of a target set, a dict each: name, kind, file, note (a Note, its length from its "
      "onset), onset\n"
      "(seconds), and what is known of the patch: space, parameters (a dict, may be empty), preset (a file, "
      "or\n"
      "None). Raises InputError.");

  py::class_<Evaluation>(m, "Evaluation", "What methods made of a set of targets.")
      .def_property_readonly(
          "results",
          [](const Evaluation& evaluation) {
            py::list rows;
            for (const EvaluationResult& result : evaluation.results) rows.append(rowOf(result));
            return rows;
          },
          "A dict for each target and row of the table: target, row, found, each metric by its name, "
          "renders,\n"
          "seconds, gain_db, origin, problem.")
      .def_property_readonly(
          "summary",
          [](const Evaluation& evaluation) { return summaryMarkdown(evaluation, summarize(evaluation)); },
          "The table of means with their 95 % intervals, in Markdown.")
      .def_property_readonly("csv", [](const Evaluation& evaluation) { return resultsCsv(evaluation); })
      .def_readonly("finished", &Evaluation::finished);
  m.def("evaluate", &evaluateMethods, py::arg("targets"), py::arg("out"), py::kw_only(), py::arg("methods"),
        py::arg("libraries"), py::arg("renders") = std::vector<int>{50}, py::arg("seconds") = 0.0,
        py::arg("metrics") = std::vector<py::object>(), py::arg("known") = false, py::arg("baseline") = true,
        py::arg("seed") = 1, py::arg("limit") = 0, py::arg("lanes") = 0, py::arg("replace") = false,
        py::arg("on_progress") = py::none(),
        "Runs methods over the target set in a folder, as 'patchpilot eval' does, and writes the tables and "
        "a page\n"
        "with the sounds into the folder `out`; goes on with a run that was stopped.\n\n"
        "methods: names of the table, '+refine' and an objective behind them if wanted "
        "('random+refine:four').\n"
        "libraries: a row for each; they bring the synths. renders: what a method may spend on a target. "
        "seconds:\n"
        "most time of a method that refines, 0: no limit. metrics: more of them, beside the four. known: "
        "tell the\n"
        "methods note, length and onset. limit: of the targets, 0: all. lanes: targets at a time, 0: one for "
        "each\n"
        "core. on_progress(done, all). Raises InputError for the set or a library, UsageError.");
}

}  // namespace patchpilot::python
