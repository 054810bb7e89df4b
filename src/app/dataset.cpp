#include "app/dataset.h"
#include "app/commands.h"
#include "app/progress.h"
#include "app/synth_options.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "data/example_builder.h"
#include "learn/candidate_builder.h"
#include "synth/plugin_engine.h"

#include <fmt/format.h>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

struct DatasetArguments {
  SynthArguments synth;
  ExampleBuildOptions build;
  std::string out, model;
  int workers = 0;
  bool json = false;
};

/// Runs a build, whose progress is shown, and tells what it gave. @param run  builds with `options.build`
template <typename Run>
void buildShown(DatasetArguments& options, const Synth& synth, const std::string& out, const Run& run) {
  options.build.base = contentHash(synth.base());
  options.build.tempoBpm = synth.tempoBpm();
  options.build.stop = interruptToken();
  ExampleBuildProgress last;
  bool finished = false;
  {
    Progress progress("examples", options.json);
    options.build.onProgress = [&](const ExampleBuildProgress& now) {
      last = now;
      progress.update(double(now.examples), double(now.wanted), fmt::format("{} silent", now.silent));
    };
    finished = run();
  }
  if (options.json)
    return printJson({{"out", out},
                      {"examples", last.examples},
                      {"silent", last.silent},
                      {"failed", last.failed},
                      {"finished", finished}});
  fmt::print("{}: {} examples of {}; left out in this run: {} silent draws, {} that could not be rendered\n",
             out, last.examples, synth.plugin().fullName(), last.silent, last.failed);
  if (!finished) fmt::print("Stopped. Run the same command to go on.\n");
}

void build(DatasetArguments options) {
  requireOneProcess("dataset build");
  const ExampleSetFolder folder{options.out};
  const auto synth = std::make_shared<Synth>(loadSpace(options.synth.space), synthOptions(options.synth));
  std::error_code error;
  if (fs::create_directories(folder.path, error); error)
    failSystem("{} cannot be made ({}); name another folder", options.out, error.message());
  PluginEngine engine(synth, RenderPoolOptions{options.workers});
  buildShown(options, *synth, options.out, [&] { return buildExamples(folder, engine, options.build); });
}

/// The dataset says which space, and at which tempo its sounds were made.
void buildCandidatesOf(DatasetArguments options) {
  requireOneProcess("dataset candidates");
  const ExampleSetFolder folder{options.out};
  const ExampleSetAbout about = folder.about();
  SynthOptions wanted = synthOptions(options.synth);
  wanted.tempoBpm = about.tempoBpm;
  const auto synth = std::make_shared<Synth>(spaceOf(about, folder.path), wanted);
  PluginEngine engine(synth, RenderPoolOptions{options.workers});
  if (options.build.count == 0) options.build.count = std::size_t(-1);
  buildShown(options, *synth, candidateFolder(folder).path.string(), [&] {
    return buildCandidates(folder, engine, {options.model, options.build});
  });
}

void addCommonOptions(const Command& command, const std::shared_ptr<DatasetArguments>& o) {
  command.option("--seed", o->build.seed, "What chance begins with").showDefault();
  command.option("--workers", o->workers, "Processes that render (one for each core if 0)")
      .range(0, 1024)
      .showDefault();
  command.flag("--json", o->json, "Print JSON");
}

void addCandidates(const Command& dataset) {
  auto o = std::make_shared<DatasetArguments>();
  const auto command = dataset.subcommand(
      "candidates",
      "For each sound of a dataset, render a patch that might be taken for the one that made it: what "
      "'patchpilot train corrector' learns from beside the sounds; goes on where it was stopped");
  command.option("--data", o->out, "Folder that 'patchpilot dataset build' made").required();
  command.option("--model", o->model, "Model of 'patchpilot train flow' whose answers are taken")
      .required()
      .existingFile();
  command.option("--count", o->build.count, "How many to make, at most one for each sound; all if 0")
      .range(0, 1'000'000'000)
      .showDefault();
  command.option("--base", o->synth.base, "Preset that the dataset was built with, if it was with one");
  addSynthOptions(command, o->synth, false);
  addCommonOptions(command, o);
  command.run([o] { buildCandidatesOf(*o); });
}

}  // namespace

void addDatasetCommand(const Command& app) {
  const auto dataset = app.subcommand("dataset", "Make what networks are trained on");
  dataset.requireSubcommand();
  auto o = std::make_shared<DatasetArguments>();
  const auto command = dataset.subcommand("build",
                                          "Draw patches and notes, render them, and keep what a network "
                                          "hears of each; goes on where it was stopped");
  addSynthOptions(command, o->synth);
  addTempoOption(command, o->synth);
  command.option("--count", o->build.count, "Examples that the folder is to hold")
      .required()
      .range(1, 1'000'000'000);
  command.option("--out", o->out, "Folder of the dataset; one that is there is added to").required();
  std::string protocols = "How notes are drawn";
  std::vector<std::string> names;
  for (const NoteProtocol& protocol : noteProtocols()) {
    protocols += fmt::format("; {}: {}", protocol.name, protocol.help);
    names.emplace_back(protocol.name);
  }
  command.option("--protocol", o->build.protocol, protocols).oneOf(names).showDefault();
  addCommonOptions(command, o);
  command.run([o] { build(*o); });
  addCandidates(dataset);
}

}  // namespace patchpilot
