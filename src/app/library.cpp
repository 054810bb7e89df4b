#include "app/commands.h"
#include "app/progress.h"
#include "app/synth_options.h"
#include "base/error.h"
#include "base/process.h"
#include "library/builder.h"

#include <fmt/format.h>

#include <filesystem>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

struct BuildArguments {
  SynthArguments synth;
  std::uint64_t count = 0;
  std::string out;
  std::string notes = "60";
  int velocity = 100;
  double length = 2;
  double duration = 4;
  std::uint64_t seed = 1;
  int workers = 0;
  bool json = false;
};

Library openOrCreate(const BuildArguments& arguments, const LibrarySettings& wanted) {
  std::error_code error;
  // A build that was killed before its first transaction leaves a file of no bytes.
  if (!fs::exists(arguments.out, error) || (fs::is_regular_file(arguments.out, error) && fs::file_size(arguments.out, error) == 0))
    return Library::create(arguments.out, wanted);
  Library library = Library::open(arguments.out, Database::Mode::readWrite);
  checkCompatible(library, wanted);
  return library;
}

void printReport(const BuildArguments& arguments, Library& library, bool finished, std::uint64_t before) {
  const LibraryCounts counts = library.counts();
  if (arguments.json) {
    printJson({{"file", arguments.out}, {"patches", counts.patches}, {"rows", counts.rows}, {"silent", counts.silent},
               {"skipped", counts.skipped}, {"added", counts.patches - before}, {"finished", finished}});
    return;
  }
  fmt::print("{}: {} patches of {} ({} new), {} silent ones replaced\n", arguments.out, counts.patches,
             library.settings().synthName, counts.patches - before, counts.silent);
  if (counts.skipped > 0) {
    fmt::print("{} patches were skipped:\n", counts.skipped);
    for (const auto& problem : library.skippedProblems(10)) fmt::print("  {}\n", problem);
  }
  if (!finished) fmt::print("Stopped. Run the same command to go on.\n");
}

void build(const BuildArguments& arguments) {
  const fs::path folder = fs::absolute(arguments.out).parent_path();
  if (!fs::is_directory(folder)) failUsage("{}: there is no such folder; make it first", folder.string());
  const Synth synth(loadSpace(arguments.synth.space), synthOptions(arguments.synth));
  LibrarySettings wanted = librarySettings(synth);
  wanted.ownBase = !arguments.synth.base.empty();
  wanted.notes = parseNotes(arguments.notes);
  wanted.velocity = arguments.velocity;
  wanted.lengthSeconds = arguments.length;
  wanted.durationSeconds = arguments.duration;
  wanted.seed = arguments.seed;
  Library library = openOrCreate(arguments, wanted);
  const std::uint64_t before = library.counts().patches;
  bool finished = false;
  {
    Progress progress("patches", arguments.json);
    BuildOptions options{arguments.count, arguments.workers, [&](const BuildProgress& p) {
                           std::string note = fmt::format("{} silent", p.silent);
                           if (p.skipped > 0) note += fmt::format(", {} skipped", p.skipped);
                           progress.update(double(p.patches), double(p.wanted), note);
                         }};
    finished = buildLibrary(library, synth, options);
  }
  printReport(arguments, library, finished, before);
}

void info(const std::string& file, bool json) {
  Library library = Library::open(file);
  const LibrarySettings& s = library.settings();
  const LibraryCounts counts = library.counts();
  if (json) {
    printJson({{"file", file}, {"patches", counts.patches}, {"rows", counts.rows}, {"silent", counts.silent},
               {"skipped", counts.skipped}, {"attempts", counts.nextAttempt}, {"space", s.spaceName},
               {"synth", {{"name", s.synthName}, {"format", s.synthFormat}, {"id", s.synthId}, {"version", s.synthVersion}}},
               {"notes", s.notes}, {"velocity", s.velocity}, {"length", s.lengthSeconds}, {"duration", s.durationSeconds},
               {"seed", s.seed}, {"embedder", {{"name", s.embedderName}, {"version", s.embedderVersion}}}});
    return;
  }
  std::string notes;
  for (const int note : s.notes) notes += (notes.empty() ? "" : ", ") + std::to_string(note);
  fmt::print("synth      {} {} ({})\n", s.synthName, s.synthVersion, s.synthFormat);
  fmt::print("space      {}{}\n", s.spaceName, s.ownBase ? ", with a base preset of the user's" : "");
  fmt::print("patches    {} ({} silent ones replaced, {} skipped)\n", counts.patches, counts.silent, counts.skipped);
  fmt::print("rows       {}: note{} {}, velocity {}, let go after {:g} s, heard for {:g} s\n", counts.rows,
             s.notes.size() > 1 ? "s" : "", notes, s.velocity, s.lengthSeconds, s.durationSeconds);
  fmt::print("embedding  {} version {}\n", s.embedderName, s.embedderVersion);
  fmt::print("seed       {}\n", s.seed);
  for (const auto& problem : library.skippedProblems(10)) fmt::print("skipped    {}\n", problem);
}

}  // namespace

void addLibraryCommand(CLI::App& app) {
  auto* library = app.add_subcommand("library", "Make libraries of rendered patches, and look at them");
  library->require_subcommand(1);

  auto a = std::make_shared<BuildArguments>();
  auto* buildCommand = library->add_subcommand("build", "Draw patches from a space, render them and keep their embeddings; goes on where it was stopped");
  addSynthOptions(*buildCommand, a->synth);
  buildCommand->add_option("--count", a->count, "Patches that the library is to have")->required()->check(CLI::Range(1, 100'000'000));
  buildCommand->add_option("--out", a->out, "The library file; one that is there is added to")->required();
  buildCommand->add_option("--notes", a->notes, "MIDI notes to render each patch at, such as 60 or 36,48,60,72")->capture_default_str();
  buildCommand->add_option("--velocity", a->velocity, "MIDI velocity")->check(CLI::Range(1, 127))->capture_default_str();
  buildCommand->add_option("--length", a->length, "When notes are let go, in seconds")->check(CLI::Range(0.001, 600.0))->capture_default_str();
  buildCommand->add_option("--duration", a->duration, "How long to listen, in seconds")->check(CLI::Range(0.05, 600.0))->capture_default_str();
  buildCommand->add_option("--seed", a->seed, "Which patches are drawn")->capture_default_str();
  buildCommand->add_option("--workers", a->workers, "Processes that render (one for each core if 0)")->check(CLI::Range(0, 1024))->capture_default_str();
  buildCommand->add_flag("--json", a->json, "Print JSON");
  buildCommand->callback([a] { build(*a); });

  auto file = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  auto* infoCommand = library->add_subcommand("info", "Say what a library holds");
  infoCommand->add_option("file", *file, "The library file")->required();
  infoCommand->add_flag("--json", *json, "Print JSON");
  infoCommand->callback([file, json] { info(*file, *json); });
}

}  // namespace patchpilot
