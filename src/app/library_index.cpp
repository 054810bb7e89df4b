#include "app/library_index.h"

#include "app/commands.h"
#include "app/library_commands.h"
#include "app/synth_options.h"
#include "ingest/library_synth.h"
#include "library/installed.h"
#include "library/preset_index.h"
#include "synth/factory_presets.h"

#include <fmt/format.h>

namespace patchpilot {

namespace {

struct IndexArguments {
  std::string library;
  std::string out;
  bool json = false;
};

void index(const IndexArguments& arguments) {
  requireFolderOf(arguments.out);
  const std::string file = resolveLibrary(arguments.library).string();
  IndexReport report;
  {
    const Synth synth = openLibrarySynth(Library::open(file), synthOptions());
    report = writePresetIndex(file, factoryPresetPaths(synth), arguments.out);
  }
  if (arguments.json)
    return printJson({{"file", arguments.out}, {"presets", report.presets}, {"left_out", report.leftOut}});
  fmt::print("{}: {} presets, without their contents\n", arguments.out, report.presets);
  if (report.leftOut > 0)
    fmt::print("{} patches are left out: they are no presets, or lie outside the synth's own folders\n",
               report.leftOut);
}

}  // namespace

void addLibraryIndexCommand(const Command& library) {
  auto a = std::make_shared<IndexArguments>();
  const auto command = library.subcommand(
      "index",
      "Write an index of the synth's own presets that a library holds: names, hashes, levels and "
      "embeddings, without contents. It can be passed on and searched where the synth is installed");
  command.option("library", a->library, "The library, by its name or its file").required();
  command.option("--out", a->out, "The index file to make").required();
  command.flag("--json", a->json, "Print JSON");
  command.run([a] { index(*a); });
}

}  // namespace patchpilot
