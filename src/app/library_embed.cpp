#include "app/commands.h"
#include "app/library_commands.h"
#include "app/progress.h"
#include "app/synth_options.h"
#include "base/interrupt.h"
#include "ingest/embedding_adder.h"
#include "ingest/library_synth.h"
#include "library/installed.h"

#include <fmt/format.h>

#include <algorithm>

namespace patchpilot {

namespace {

struct EmbedArguments {
  std::string file;
  std::string with;
  bool again = false;
  SynthArguments synth;
  int workers = 0;
  bool json = false;
};

void embed(EmbedArguments arguments) {
  requireOneProcess("library embed",
                    "under mpirun, embed the shards of a library one by one, and merge them then");
  arguments.file = resolveLibrary(arguments.file).string();
  const EmbedderInfo wanted = embedderInfo(arguments.with);
  Library library = Library::open(arguments.file, Database::Mode::readWrite);
  const auto& have = library.settings().embedders;
  const auto known =
      std::find_if(have.begin(), have.end(), [&](const EmbedderInfo& e) { return e.name == wanted.name; });
  const bool isNew = known == have.end();
  const std::size_t embedding = isNew ? library.embeddings().add(wanted) : std::size_t(known - have.begin());
  // What was begun again and stopped goes on.
  if (arguments.again && (library.embeddings().isWhole(embedding) || have[embedding] != wanted))
    library.embeddings().forget(embedding, wanted);
  EmbedReport report;
  {
    Progress progress("renders", arguments.json);
    EmbedOptions options{arguments.workers, [&](const EmbedProgress& p) {
                           progress.update(double(p.rows), double(p.wanted),
                                           p.failed > 0 ? fmt::format("{} failed", p.failed) : "");
                         }};
    options.stop = interruptToken();
    report = embedRows(
        library, embedding, [&] { return openLibrarySynth(library, synthOptions(arguments.synth)); },
        options);
  }
  const EmbeddingCounts counts = library.embeddings().counts(embedding);
  const auto problems = library.embeddings().failedProblems(embedding, 10);
  if (arguments.json) {
    printJson({{"file", arguments.file},
               {"embedder", wanted.name},
               {"rows", counts.rows},
               {"added", report.added},
               {"from_audio", report.fromAudio},
               {"failed", counts.failed},
               {"problems", problems},
               {"finished", report.finished}});
    return;
  }
  fmt::print("{}: {} of {} renders have embeddings of {} ({} new, {} of these from kept audio)\n",
             arguments.file, counts.rows, library.counts().rows, wanted.name, report.added, report.fromAudio);
  if (counts.failed > 0) {
    fmt::print(
        "{} could not be rendered again, and are not found by them; the same command tries them once more:\n",
        counts.failed);
    for (const auto& problem : problems) fmt::print("  {}\n", problem);
  }
  if (!report.finished) fmt::print("Stopped. Run the same command to go on.\n");
}

}  // namespace

void addLibraryEmbedCommand(const Command& library) {
  auto a = std::make_shared<EmbedArguments>();
  const auto command = library.subcommand(
      "embed",
      "Add the embeddings of another embedder to those that a library holds; goes on where it was stopped");
  command.option("file", a->file, "The library, by its name or its file").required();
  command.option("--with", a->with, "The embedder ('models' lists them)").required();
  command.flag("--again", a->again,
               "Forget those that there are, and make all anew: where the weights are others now");
  addSynthOptions(command, a->synth, false);
  command
      .option("--workers", a->workers,
              "Processes that render, and threads that embed (one for each core if 0)")
      .range(0, 1024)
      .showDefault();
  command.flag("--json", a->json, "Print JSON");
  command.run([a] { embed(*a); });
}

}  // namespace patchpilot
