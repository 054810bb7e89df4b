#include "app/commands.h"
#include "app/library_commands.h"
#include "app/progress.h"
#include "app/synth_options.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/ranks.h"
#include "ingest/around_presets.h"
#include "ingest/library_builder.h"
#include "ingest/library_history.h"
#include "ingest/library_synth.h"
#include "ingest/rank_renderer.h"
#include "library/compatibility.h"
#include "library/installed.h"

#include <fmt/format.h>

#include <charconv>
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
  std::string shard;
  std::string around;
  std::string from;
  std::string embedder;
  bool keepAudio = false;
  int workers = 0;
  bool json = false;
};

/// "3/16", or nothing for the whole.
Shard parseShard(const std::string& text, std::uint64_t count) {
  if (text.empty()) return {};
  const char* end = text.data() + text.size();
  Shard shard{0, 0, count};
  const auto number = std::from_chars(text.data(), end, shard.number);
  const bool slash = number.ec == std::errc() && number.ptr != end && *number.ptr == '/';
  const auto of = std::from_chars(slash ? number.ptr + 1 : end, end, shard.of);
  if (!slash || of.ec != std::errc() || of.ptr != end || shard.of < 2 || shard.number < 1 ||
      shard.number > shard.of)
    failUsage("'{}' is no shard; give its number and how many there are, such as 3/16", text);
  return shard;
}

/// Presets to draw around, and the library that holds them.
struct Surroundings {
  std::optional<Library> presets;
  std::unique_ptr<AroundPresets> around;  ///< empty where the whole space is drawn from
};

Surroundings surroundings(const BuildArguments& arguments, const std::optional<Library>& begun,
                          Synth& synth) {
  Surroundings result;
  if (arguments.around.empty()) return result;
  result.presets.emplace(
      Library::open(arguments.from.empty() ? fs::path(arguments.out) : resolveLibrary(arguments.from)));
  AroundPresets::Settled settled;
  if (begun) settled = {begun->settings().around, begun->file()};
  result.around = std::make_unique<AroundPresets>(*result.presets, synth, arguments.seed, settled);
  tryPresetsOf(*result.presets, synth);
  return result;
}

void printReport(const BuildArguments& arguments, Library& library, bool finished, std::uint64_t before) {
  const LibraryCounts counts = library.counts();
  if (arguments.json) {
    printJson({{"file", arguments.out},
               {"patches", counts.patches},
               {"rows", counts.rows},
               {"silent", counts.silent},
               {"skipped", counts.skipped},
               {"added", counts.patches - before},
               {"finished", finished}});
    return;
  }
  fmt::print("{}: {} patches of {} ({} new), {} silent ones replaced\n", arguments.out, counts.patches,
             library.settings().synthName, counts.patches - before, counts.silent);
  if (counts.skipped > 0) {
    fmt::print("{} patches were skipped:\n", counts.skipped);
    for (const auto& problem : library.attempts().skippedProblems(10)) fmt::print("  {}\n", problem);
  }
  if (!finished) fmt::print("Stopped. Run the same command to go on.\n");
}

/// What the arguments ask for; `around` is not known yet.
LibrarySettings settingsToBuild(const BuildArguments& arguments, const Synth& synth,
                                std::vector<EmbedderInfo> embedders) {
  LibrarySettings wanted = librarySettings(synth, std::move(embedders));
  wanted.ownBase = !arguments.synth.base.empty();
  wanted.notes = parseNotes(arguments.notes);
  wanted.velocity = arguments.velocity;
  wanted.lengthSeconds = arguments.length;
  wanted.durationSeconds = arguments.duration;
  wanted.seed = arguments.seed;
  wanted.shard = parseShard(arguments.shard, arguments.count);
  wanted.sampling = arguments.around.empty() ? "uniform" : "around";
  return wanted;
}

/// The file that a library goes to if --out does not say: it is named after its space.
std::string defaultOut(const BuildArguments& arguments) {
  if (!arguments.shard.empty()) failUsage("name the file of each shard with --out");
  const fs::path file = installedLibraryFile(loadSpace(arguments.synth.space).name);
  std::error_code error;
  if (fs::create_directories(file.parent_path(), error); error)
    failSystem("{} cannot be made ({}); name another place with --out", file.parent_path().string(),
               error.message());
  return file.string();
}

void buildWith(BuildArguments arguments, Ranks* ranks) {
  if (arguments.out.empty()) arguments.out = defaultOut(arguments);
  requireFolderOf(arguments.out);
  if (!arguments.from.empty() && arguments.around.empty())
    failUsage("--from is of use with --around presets only");
  if (!arguments.around.empty() && arguments.from.empty() && !isBegun(arguments.out))
    failUsage("{} holds no presets to draw around; name a library that does with --from", arguments.out);
  std::optional<Library> begun;
  if (isBegun(arguments.out)) begun.emplace(Library::open(arguments.out, Database::Mode::readWrite));
  if (begun && !arguments.synth.bpm) arguments.synth.bpm = begun->settings().tempoBpm;
  Synth synth(loadSpace(arguments.synth.space), synthOptions(arguments.synth));
  LibrarySettings wanted = settingsToBuild(
      arguments, synth, embeddersFor(synth, arguments.embedder, begun ? &begun->settings() : nullptr));
  if (begun) checkCompatible(*begun, wanted);
  // `around` refers to the library in it, so that it stays where it is.
  const Surroundings near = surroundings(arguments, begun, synth);
  wanted.around = near.around ? near.around->name() : "";
  Library library = begun ? std::move(*begun) : Library::create(arguments.out, wanted);
  if (library.settings().sampling.empty()) library.setSampling(wanted.sampling, wanted.around, wanted.seed);
  if (library.settings().shard.count != wanted.shard.count) library.setShardCount(wanted.shard.count);
  const std::uint64_t before = library.counts().patches;
  bool finished = false;
  std::string silence;
  {
    Progress progress("patches", arguments.json);
    BuildOptions options{arguments.count,
                         arguments.workers,
                         [&](const BuildProgress& p) {
                           std::string note = fmt::format("{} silent", p.silent);
                           if (p.skipped > 0) note += fmt::format(", {} skipped", p.skipped);
                           progress.update(double(p.patches), double(p.wanted), note);
                         },
                         {},
                         {},
                         arguments.keepAudio,
                         [&](const std::string& note) { silence = note; },
                         interruptToken()};
    if (near.around) options.draw = [&](std::uint64_t index) { return near.around->draw(index); };
    if (ranks != nullptr)
      options.render = [&](const NextPatch& next, const TakePatch& take) {
        // If another rank was stopped, this program ends as if it had been.
        if (!renderOnRanks(*ranks, library, arguments.keepAudio, next, take, interruptToken()))
          setInterrupted(true);
      };
    finished = buildLibrary(library, synth, options);
  }
  printReport(arguments, library, finished, before);
  if (!silence.empty()) fmt::print(stderr, "note: {}\n", silence);
}

/// Under mpirun rank 0 fills the library, and the others render for it.
void build(const BuildArguments& arguments) {
  if (!Ranks::areThere()) return buildWith(arguments, nullptr);
  Ranks ranks;
  if (ranks.rank() == 0) return buildWith(arguments, &ranks);
  const auto open = [&] {
    Synth synth(loadSpace(arguments.synth.space), synthOptions(arguments.synth));
    LibrarySettings settings = settingsToBuild(arguments, synth, {});  // of those rank 0 tells
    return std::pair(std::move(synth), std::move(settings));
  };
  renderForRankZero(ranks, open, arguments.workers, interruptToken());
}

}  // namespace

void addLibraryBuildCommand(const Command& library) {
  auto a = std::make_shared<BuildArguments>();
  const auto command = library.subcommand(
      "build",
      "Draw patches from a space, render them and keep their embeddings; goes on where it was stopped");
  addSynthOptions(command, a->synth);
  addTempoOption(command, a->synth, "the library's, or 120");
  command.option("--count", a->count, "Patches that the library is to have").required().range(1, 100'000'000);
  command.option("--out", a->out,
                 "The library file; one that is there is added to (without it: the library of the "
                 "space's name among the user's, see 'library list')");
  command.option("--notes", a->notes, "MIDI notes to render each patch at, such as 60 or 36,48,60,72")
      .showDefault();
  addVelocityOption(command, a->velocity);
  addLengthOptions(command, a->length, a->duration, 0.05);
  command.option("--seed", a->seed, "Which patches are drawn").showDefault();
  command.option(
      "--shard", a->shard,
      "Make only a part, such as 3/16, of the --count patches; 'library merge' puts the parts together");
  command
      .option("--around", a->around,
              "Draw from the neighbourhood of 'presets' instead of the whole space: a few parameters "
              "changed, and parts of two presets crossed")
      .oneOf({"presets"});
  command.option("--from", a->from, "The library that holds the presets, where it is not --out itself");
  addKeepingOptions(command, a->embedder, a->keepAudio);
  command
      .option("--workers", a->workers,
              "Processes that render (one for each core if 0; under mpirun one for each rank but the first)")
      .range(0, 1024)
      .showDefault();
  command.flag("--json", a->json, "Print JSON");
  command.run([a] { build(*a); });
}

}  // namespace patchpilot
