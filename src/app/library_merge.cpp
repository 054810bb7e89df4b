#include "app/commands.h"
#include "app/library_commands.h"
#include "app/progress.h"
#include "base/interrupt.h"
#include "library/merge.h"

#include <fmt/format.h>

namespace patchpilot {

namespace {

struct MergeArguments {
  std::vector<std::string> shards;
  std::string out;
  bool json = false;
};

void merge(const MergeArguments& arguments) {
  requireFolderOf(arguments.out);
  MergeReport report;
  {
    Progress progress("patches", arguments.json);
    report = mergeShards(
        {arguments.shards.begin(), arguments.shards.end()}, arguments.out,
        [&](std::uint64_t patches, std::uint64_t wanted) {
          progress.update(double(patches), double(wanted));
        },
        interruptToken());
  }
  if (interrupted()) return;
  if (arguments.json)
    return printJson({{"file", arguments.out},
                      {"patches", report.patches},
                      {"wanted", report.wanted},
                      {"silent", report.silent}});
  fmt::print("{}: {} patches, {} silent ones replaced\n", arguments.out, report.patches, report.silent);
  if (report.patches < report.wanted)
    fmt::print(
        "{} patches of {} are still to be made: run 'library build' with the options of the shards, without "
        "--shard and with --out {}\n",
        report.wanted - report.patches, report.wanted, arguments.out);
}

}  // namespace

void addLibraryMergeCommand(const Command& library) {
  auto a = std::make_shared<MergeArguments>();
  const auto command = library.subcommand(
      "merge", "Put the shards of a library together: the same file as if one process had made it");
  command.option("shards", a->shards, "The files that 'library build --shard' made, all of them").required();
  command.option("--out", a->out, "The library file to make").required();
  command.flag("--json", a->json, "Print JSON");
  command.run([a] { merge(*a); });
}

}  // namespace patchpilot
