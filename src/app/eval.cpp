#include "app/commands.h"
#include "app/progress.h"
#include "app/synth_options.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "eval/report.h"
#include "library/installed.h"
#include "propose/proposers.h"

#include <fmt/format.h>

#include <filesystem>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

struct EvalArguments {
  EvaluationOptions evaluation;
  SynthArguments synth;
  std::string targets;
  std::vector<std::string> kinds;
  std::vector<std::string> libraries;
  std::string ownPresets;
  std::string renders = "50";
  std::string out;
  bool force = false;
  bool json = false;
};

/// A library, or several with '+' between them.
std::vector<std::string> splitLibraries(const std::string& text) {
  std::error_code ignored;
  if (fs::exists(text, ignored)) return {text};
  std::vector<std::string> files;
  std::istringstream stream(text);
  for (std::string file; std::getline(stream, file, '+');) files.push_back(resolveLibrary(file).string());
  return files;
}

std::vector<int> parseBudgets(const std::string& text) {
  std::vector<int> budgets;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    char* end = nullptr;
    const long value = std::strtol(part.c_str(), &end, 10);
    if (part.empty() || *end != '\0' || value < 1 || value > 1'000'000)
      failUsage("--renders is '{}'; give numbers from 1 to 1000000, such as 50 or 1,5,50", text);
    budgets.push_back(int(value));
  }
  if (budgets.empty()) failUsage("--renders is empty; give numbers such as 50 or 1,5,50");
  return budgets;
}

template <typename Value>
void dropRepeated(std::vector<Value>& values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    values.erase(std::remove(values.begin() + std::ptrdiff_t(i) + 1, values.end(), values[i]), values.end());
}

/// A run's folder is gone on with; anything else that stands there is not touched.
void checkFolder(const EvalArguments& options) {
  std::error_code error;
  const fs::path folder = options.out;
  const fs::path parent = fs::absolute(folder).parent_path();
  if (!fs::is_directory(parent, error))
    failUsage("{}: there is no such folder; make it first", parent.string());
  if (!fs::exists(folder, error) || (fs::is_directory(folder, error) && fs::is_empty(folder, error))) return;
  if (!fs::exists(folder / "journal.jsonl", error))
    failUsage("{} exists and holds no evaluation; name another folder", options.out);
}

void evaluate(EvalArguments options) {
  for (const auto& text : options.libraries) options.evaluation.libraries.push_back(splitLibraries(text));
  options.evaluation.renders = parseBudgets(options.renders);
  options.evaluation.replace = options.force;
  options.evaluation.stop = interruptToken();
  dropRepeated(options.evaluation.methods);
  dropRepeated(options.evaluation.embedders);
  dropRepeated(options.evaluation.libraries);
  dropRepeated(options.evaluation.renders);
  for (const auto& method : options.evaluation.methods) parseMethod(method);
  checkFolder(options);
  TargetSet set = readTargetSet(options.targets, options.kinds);
  if (!options.ownPresets.empty()) excludeOwnPresets(set, options.ownPresets);
  Evaluation evaluation;
  {
    Progress progress("results", options.json);
    SourceOptions open{synthOptions(options.synth)};
    open.onIndex = indexProgress(options.json);
    evaluation = evaluate(set, options.evaluation, open, options.out, [&](std::size_t done, std::size_t all) {
      progress.update(double(done), double(all));
    });
  }
  writeReports(evaluation, options.out);
  if (options.json) {
    printJson({{"out", options.out},
               {"finished", evaluation.finished},
               {"targets", evaluation.targets.size()},
               {"results", evaluation.results.size()}});
    return;
  }
  fmt::print("{}\nWritten to {}: report.html, summary.md, results.csv\n",
             summaryMarkdown(evaluation, summarize(evaluation)), options.out);
  if (!evaluation.finished) fmt::print("Stopped. Run the same command to go on.\n");
}

std::string methodHelp() {
  std::string names;
  for (const ProposerKind& kind : proposerKinds()) names += (names.empty() ? "" : ", ") + kind.name;
  return "Method to evaluate, several are compared: " + names +
         "; with '+refine' behind it, what it finds is refined; with ':mss' or ':four' behind that, by that "
         "objective of 'match --objective'";
}

}  // namespace

void addEvalCommand(const Command& app) {
  auto o = std::make_shared<EvalArguments>();
  const auto command = app.subcommand(
      "eval", "Run methods over a target set, and say how near they come: a table, a page with the sounds");
  command.option("--targets", o->targets, "Folder of the target set ('targets make' writes one)").required();
  command.option("--kind", o->kinds, "Only targets of this kind");
  command
      .option("--library", o->libraries,
              "Library to match with; each one named makes rows of its own, A+B is searched as one")
      .required();
  command.option("--method", o->evaluation.methods, methodHelp()).showDefault();
  command.option("--embedder", o->evaluation.embedders,
                 "Search the libraries by their embeddings of this name; several make rows of their own "
                 "(each library's first)");
  command
      .option("--renders", o->renders,
              "Renders that a method may spend on a target; several make rows of their own (1,5,50)")
      .showDefault();
  command
      .option("--seconds", o->evaluation.seconds,
              "Seconds that a method which refines may take for a target (0: no limit)")
      .atLeastZero()
      .showDefault();
  command.flag("!--no-baseline", o->evaluation.baseline,
               "Leave out what the best of as many random patches would be");
  command.flag("--shuffled", o->evaluation.shuffled,
               "Add what the answers of each method are worth to other targets");
  command.flag("--known", o->evaluation.known,
               "Tell the methods the note, its length and that the sound begins with it");
  command.flag("--oracle", o->evaluation.oracle,
               "Add what the best entry of each library would be: every one is rendered for every target");
  command.option("--own-presets", o->ownPresets,
                 "Folder with the presets that made the targets: each is left out, with all that was "
                 "made from it, where its own target is matched");
  command.option("--limit", o->evaluation.limit, "Only so many targets of each kind (0: all)").showDefault();
  command.option("--seed", o->evaluation.seed, "For what is drawn").showDefault();
  addVelocityOption(command, o->evaluation.velocity,
                    "MIDI velocity to play with; with --known, that of the target");
  command.option("--at-once", o->evaluation.lanes, "Targets at a time (one for each core if 0)")
      .range(0, 1024)
      .showDefault();
  command.option("--workers", o->evaluation.workers, "Processes that render for each target")
      .range(1, 1024)
      .showDefault();
  command.option("--out", o->out, "Folder of the run; one that was stopped is gone on with").required();
  addSynthOptions(command, o->synth, false);
  command.flag("--force", o->force, "Begin anew where the folder holds another run");
  command.flag("--json", o->json, "Print JSON, and no progress");
  command.run([o] { evaluate(*o); });
}

}  // namespace patchpilot
