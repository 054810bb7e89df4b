#include "app/dataset.h"
#include "app/commands.h"
#include "app/progress.h"
#include "app/synth_options.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "data/example_builder.h"
#include "synth/plugin_engine.h"

#include <fmt/format.h>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

struct Options {
  SynthArguments synth;
  ExampleBuildOptions build;
  std::string out;
  int workers = 0;
  bool json = false;
};

void build(Options options) {
  requireOneProcess("dataset build");
  const ExampleSetFolder folder{options.out};
  const auto synth = std::make_shared<Synth>(loadSpace(options.synth.space), synthOptions(options.synth));
  std::error_code error;
  if (fs::create_directories(folder.path, error); error)
    failSystem("{} cannot be made ({}); name another folder", options.out, error.message());
  PluginEngine engine(synth, RenderPoolOptions{options.workers});
  options.build.base = contentHash(synth->base());
  options.build.tempoBpm = synth->tempoBpm();
  options.build.stop = interruptToken();
  ExampleBuildProgress last;
  bool finished = false;
  {
    Progress progress("examples", options.json);
    options.build.onProgress = [&](const ExampleBuildProgress& now) {
      last = now;
      progress.update(double(now.examples), double(now.wanted), fmt::format("{} silent", now.silent));
    };
    finished = buildExamples(folder, engine, options.build);
  }
  if (options.json)
    return printJson({{"out", options.out},
                      {"examples", last.examples},
                      {"silent", last.silent},
                      {"failed", last.failed},
                      {"finished", finished}});
  fmt::print("{}: {} examples of {}; left out in this run: {} silent draws, {} that could not be rendered\n",
             options.out, last.examples, synth->plugin().fullName(), last.silent, last.failed);
  if (!finished) fmt::print("Stopped. Run the same command to go on.\n");
}

}  // namespace

void addDatasetCommand(const Command& app) {
  const auto dataset = app.subcommand("dataset", "Make what networks are trained on");
  dataset.requireSubcommand();
  auto o = std::make_shared<Options>();
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
  command.option("--seed", o->build.seed, "Which patches and notes are drawn").showDefault();
  command.option("--workers", o->workers, "Processes that render (one for each core if 0)")
      .range(0, 1024)
      .showDefault();
  command.flag("--json", o->json, "Print JSON");
  command.run([o] { build(*o); });
}

}  // namespace patchpilot
