#include "app/commands.h"
#include "app/progress.h"
#include "app/synth_options.h"
#include "base/error.h"
#include "base/process.h"
#include "base/ranks.h"
#include "eval/library_map.h"
#include "ingest/around_presets.h"
#include "ingest/default_embedder.h"
#include "ingest/embedding_adder.h"
#include "ingest/library_builder.h"
#include "ingest/library_synth.h"
#include "ingest/preset_importer.h"
#include "ingest/rank_renderer.h"
#include "library/compatibility.h"
#include "library/installed.h"
#include "library/merge.h"
#include "synth/factory_presets.h"

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

/// Whether there is a library to go on with. One that was killed before its first transaction leaves a file
/// of no bytes.
bool isBegun(const std::string& file) {
  std::error_code error;
  return fs::exists(file, error) && !(fs::is_regular_file(file, error) && fs::file_size(file, error) == 0);
}

void requireFolderOf(const std::string& file) {
  const fs::path folder = fs::absolute(file).parent_path();
  if (!fs::is_directory(folder)) failUsage("{}: there is no such folder; make it first", folder.string());
}

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

/// What a library is embedded by stays as it is; where an embedder is asked for, it must be the one that it
/// began with.
/// @param library  none where it is yet to be made
std::vector<EmbedderInfo> embeddersFor(const Synth& synth, const std::string& asked,
                                       const LibrarySettings* library) {
  if (library == nullptr) return firstEmbedders(synth, asked);
  if (asked.empty() || asked == library->embedders.front().name) return library->embedders;
  return {embedderInfo(asked)};
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
  Synth synth(loadSpace(arguments.synth.space), synthOptions(arguments.synth));
  std::optional<Library> begun;
  if (isBegun(arguments.out)) begun.emplace(Library::open(arguments.out, Database::Mode::readWrite));
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
                         arguments.keepAudio};
    if (near.around) options.draw = [&](std::uint64_t index) { return near.around->draw(index); };
    if (ranks != nullptr)
      options.render = [&](const NextPatch& next, const TakePatch& take) {
        renderOnRanks(*ranks, library, arguments.keepAudio, next, take);
      };
    finished = buildLibrary(library, synth, options);
  }
  printReport(arguments, library, finished, before);
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
  renderForRankZero(ranks, open, arguments.workers);
}

struct AddArguments {
  SynthArguments synth;
  std::vector<std::string> paths;
  std::string library;
  std::string notes;
  std::optional<int> velocity;
  std::optional<double> length;
  std::optional<double> duration;
  std::string embedder;
  bool keepAudio = false;
  bool factory = false;
  int workers = 0;
  bool json = false;
};

/// What the library is to be made with: as the user says, else as it is, else as `library build` would.
LibrarySettings settingsToAdd(const AddArguments& arguments, const Synth& synth,
                              const LibrarySettings* have) {
  LibrarySettings wanted = have != nullptr ? *have : librarySettings(synth, {});
  wanted.embedders = embeddersFor(synth, arguments.embedder, have);
  if (have == nullptr) {
    wanted.ownBase = !arguments.synth.base.empty();
    wanted.sampling.clear();
  }
  if (!arguments.notes.empty()) wanted.notes = parseNotes(arguments.notes);
  if (arguments.velocity) wanted.velocity = *arguments.velocity;
  if (arguments.length) wanted.lengthSeconds = *arguments.length;
  if (arguments.duration) wanted.durationSeconds = *arguments.duration;
  return wanted;
}

Synth synthToAddWith(const AddArguments& arguments, const std::optional<Library>& library) {
  if (!library) {
    if (arguments.synth.space.empty())
      failUsage(
          "{} is not there yet; say with --space which synth's presets it is to hold ('patchpilot synths' "
          "lists them)",
          arguments.library);
    return Synth(loadSpace(arguments.synth.space), synthOptions(arguments.synth));
  }
  const LibrarySettings& have = library->settings();
  if (const auto& asked = arguments.synth.space;
      !asked.empty() && loadSpace(asked).fingerprint() != have.spaceFingerprint)
    failInput("{} was made with another parameter space ({}); leave --space out, or choose another file",
              arguments.library, have.spaceName);
  if (!arguments.synth.base.empty())
    failUsage("--base is settled when a library is made, and {} is there; leave it out", arguments.library);
  return openLibrarySynth(*library, synthOptions(arguments.synth));
}

nlohmann::json listOf(const std::vector<PassedOver>& list) {
  nlohmann::json array = nlohmann::json::array();
  for (const auto& one : list) array.push_back({{"path", one.path}, {"reason", one.reason}});
  return array;
}

void printAdded(const AddArguments& arguments, Library& library, const AddReport& report) {
  const std::uint64_t passedOver = report.broken.size() + report.silent.size() + report.duplicates.size();
  const std::uint64_t kept = report.presets - passedOver;
  if (arguments.json) {
    printJson({{"file", arguments.library},
               {"patches", library.counts().patches},
               {"presets", report.presets},
               {"kept", kept},
               {"added", report.added},
               {"known", report.known},
               {"broken", listOf(report.broken)},
               {"silent", listOf(report.silent)},
               {"duplicates", listOf(report.duplicates)},
               {"finished", report.finished}});
    return;
  }
  const std::pair<const char*, const std::vector<PassedOver>&> lists[] = {
      {"broken", report.broken}, {"silent", report.silent}, {"duplicate", report.duplicates}};
  for (const auto& [word, list] : lists)
    for (const auto& one : list) fmt::print("{:10} {}: {}\n", word, one.path, one.reason);
  fmt::print("{}: {} presets of {}, {} kept ({} new), {} broken, {} silent, {} duplicates\n",
             arguments.library, report.presets, library.settings().synthName, kept, report.added,
             report.broken.size(), report.silent.size(), report.duplicates.size());
  if (!report.finished) fmt::print("Stopped. Run the same command to go on.\n");
}

void add(AddArguments arguments) {
  requireOneProcess("library add");
  arguments.library = resolveLibrary(arguments.library).string();
  requireFolderOf(arguments.library);
  if (arguments.paths.empty() && !arguments.factory)
    failUsage("there is nothing to add: name files or folders, or give --factory");
  std::optional<Library> library;
  if (isBegun(arguments.library))
    library.emplace(Library::open(arguments.library, Database::Mode::readWrite));
  const Synth synth = synthToAddWith(arguments, library);
  const LibrarySettings wanted = settingsToAdd(arguments, synth, library ? &library->settings() : nullptr);
  std::vector<fs::path> paths(arguments.paths.begin(), arguments.paths.end());
  for (const auto& path : paths)
    if (!fs::exists(path)) failInput("{}: no such file or folder", path.string());
  if (arguments.factory)
    for (auto& path : factoryPresetPaths(synth)) paths.push_back(std::move(path));
  if (library) checkCompatible(*library, wanted);
  else library.emplace(Library::create(arguments.library, wanted));
  AddReport report;
  {
    Progress progress("preset files", arguments.json);
    AddOptions options;
    options.workers = arguments.workers;
    options.keepAudio = arguments.keepAudio;
    options.onProgress = [&](const AddProgress& p) {
      progress.update(double(p.files), double(p.filesInAll), fmt::format("{} new", p.kept));
    };
    report = addPresets(*library, synth, paths, options);
  }
  printAdded(arguments, *library, report);
}

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
    report = mergeShards({arguments.shards.begin(), arguments.shards.end()}, arguments.out,
                         [&](std::uint64_t patches, std::uint64_t wanted) {
                           progress.update(double(patches), double(wanted));
                         });
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

nlohmann::json describeEmbeddings(Library& library) {
  nlohmann::json list = nlohmann::json::array();
  for (std::size_t i = 0; i < library.settings().embedders.size(); ++i) {
    const EmbedderInfo& embedder = library.settings().embedders[i];
    const EmbeddingCounts counts = library.embeddings().counts(i);
    list.push_back({{"name", embedder.name},
                    {"version", embedder.version},
                    {"dimension", embedder.dimension},
                    {"rows", counts.rows},
                    {"failed", counts.failed}});
    if (!embedder.weights.empty()) list.back()["weights"] = embedder.weights;
  }
  return list;
}

void printEmbeddings(Library& library, std::uint64_t rows) {
  for (const auto& e : describeEmbeddings(library)) {
    std::string text = fmt::format("{} version {}, {} values", e.at("name").get<std::string>(),
                                   e.at("version").get<int>(), e.at("dimension").get<int>());
    if (const auto have = e.at("rows").get<std::uint64_t>(); have < rows)
      text += fmt::format(", of {} renders", have);
    if (e.contains("weights"))
      text += fmt::format(", by weights of hash {:.8}", e.at("weights").get<std::string>());
    if (const auto failed = e.at("failed").get<std::uint64_t>(); failed > 0)
      text += fmt::format(" ({} could not be rendered again)", failed);
    fmt::print("embedding  {}\n", text);
  }
}

void info(const std::string& file, bool json) {
  Library library = Library::open(file);
  const LibrarySettings& s = library.settings();
  const LibraryCounts counts = library.counts();
  if (json) {
    printJson(
        {{"file", file},
         {"patches", counts.patches},
         {"rows", counts.rows},
         {"silent", counts.silent},
         {"skipped", counts.skipped},
         {"attempts", counts.nextAttempt},
         {"space", s.spaceName},
         {"synth",
          {{"name", s.synthName}, {"format", s.synthFormat}, {"id", s.synthId}, {"version", s.synthVersion}}},
         {"notes", s.notes},
         {"velocity", s.velocity},
         {"length", s.lengthSeconds},
         {"duration", s.durationSeconds},
         {"seed", s.seed},
         {"shard", s.shard.number},
         {"shards", s.shard.of},
         {"sampling", s.sampling},
         {"presets", library.presets().kept().size()},
         {"embeddings", describeEmbeddings(library)},
         {"audio", {{"rows", library.audio().counts().rows}, {"bytes", library.audio().counts().bytes}}}});
    return;
  }
  std::string notes;
  for (const int note : s.notes) notes += (notes.empty() ? "" : ", ") + std::to_string(note);
  fmt::print("synth      {} {} ({})\n", s.synthName, s.synthVersion, s.synthFormat);
  fmt::print("space      {}{}\n", s.spaceName, s.ownBase ? ", with a base preset of the user's" : "");
  if (s.shard.of > 1)
    fmt::print("shard      {} of {}, which are to have {} patches together\n", s.shard.number, s.shard.of,
               s.shard.count);
  fmt::print("patches    {} ({} silent ones replaced, {} skipped)\n", counts.patches, counts.silent,
             counts.skipped);
  if (const auto presets = library.presets().kept().size(); presets > 0)
    fmt::print("presets    {} of them\n", presets);
  fmt::print("rows       {}: note{} {}, velocity {}, let go after {:g} s, heard for {:g} s\n", counts.rows,
             s.notes.size() > 1 ? "s" : "", notes, s.velocity, s.lengthSeconds, s.durationSeconds);
  printEmbeddings(library, counts.rows);
  if (const auto audio = library.audio().counts(); audio.rows > 0)
    fmt::print("audio      of {} renders, {:.1f} MB\n", audio.rows, double(audio.bytes) / 1e6);
  if (s.sampling == "around") fmt::print("drawn      around {}\n", s.around);
  fmt::print("seed       {}\n", s.seed);
  for (const auto& problem : library.attempts().skippedProblems(10)) fmt::print("skipped    {}\n", problem);
}

struct MapArguments {
  std::string html;
  LibraryMapOptions options;
};

void writeMap(const std::string& file, const MapArguments& arguments, bool quiet) {
  requireFolderOf(arguments.html);
  Library library = Library::open(file);
  const Synth synth = openLibrarySynth(library, {});
  LibraryMapOptions options = arguments.options;
  std::string page;
  {
    Progress progress("sounds", quiet);
    options.onProgress = [&](int done, int all) { progress.update(done, all); };
    page = libraryMapHtml(library, synth, options);
  }
  if (interrupted()) return;
  writeFileAtomically(arguments.html, page);
  if (!quiet) fmt::print("map        {}\n", arguments.html);
}

}  // namespace

void addLibraryCommand(CLI::App& app) {
  auto* library = app.add_subcommand("library", "Make libraries of rendered patches, and look at them");
  library->require_subcommand(1);

  auto a = std::make_shared<BuildArguments>();
  auto* buildCommand = library->add_subcommand(
      "build",
      "Draw patches from a space, render them and keep their embeddings; goes on where it was stopped");
  addSynthOptions(*buildCommand, a->synth);
  buildCommand->add_option("--count", a->count, "Patches that the library is to have")
      ->required()
      ->check(CLI::Range(1, 100'000'000));
  buildCommand->add_option("--out", a->out,
                           "The library file; one that is there is added to (without it: the library of the "
                           "space's name among the user's, see 'library list')");
  buildCommand
      ->add_option("--notes", a->notes, "MIDI notes to render each patch at, such as 60 or 36,48,60,72")
      ->capture_default_str();
  buildCommand->add_option("--velocity", a->velocity, "MIDI velocity")
      ->check(CLI::Range(1, 127))
      ->capture_default_str();
  buildCommand->add_option("--length", a->length, "When notes are let go, in seconds")
      ->check(CLI::Range(0.001, 600.0))
      ->capture_default_str();
  buildCommand->add_option("--duration", a->duration, "How long to listen, in seconds")
      ->check(CLI::Range(0.05, 600.0))
      ->capture_default_str();
  buildCommand->add_option("--seed", a->seed, "Which patches are drawn")->capture_default_str();
  buildCommand->add_option(
      "--shard", a->shard,
      "Make only a part, such as 3/16, of the --count patches; 'library merge' puts the parts together");
  buildCommand
      ->add_option("--around", a->around,
                   "Draw from the neighbourhood of 'presets' instead of the whole space: a few parameters "
                   "changed, and parts of two presets crossed")
      ->check(CLI::IsMember({"presets"}));
  buildCommand->add_option("--from", a->from,
                           "The library that holds the presets, where it is not --out itself");
  buildCommand->add_option("--embedder", a->embedder,
                           "What renders are compared by ('models' lists them), settled when the library is "
                           "made; 'library embed' adds others (without it: ours beside mel-envelope where "
                           "one is trained for the synth, else mel-envelope)");
  buildCommand->add_flag(
      "--keep-audio", a->keepAudio,
      "Keep each render as FLAC in the library, so that 'library embed' need not make it again");
  buildCommand
      ->add_option(
          "--workers", a->workers,
          "Processes that render (one for each core if 0; under mpirun one for each rank but the first)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  buildCommand->add_flag("--json", a->json, "Print JSON");
  buildCommand->callback([a] { build(*a); });

  auto p = std::make_shared<AddArguments>();
  auto* addCommand = library->add_subcommand("add",
                                             "Render presets and keep them whole, with their paths, beside "
                                             "what a library holds; what is known is passed over");
  addCommand->add_option("paths", p->paths, "Preset files, and folders that are searched");
  addCommand
      ->add_option("--library", p->library,
                   "The library, by its name or its file, which is made if it is not there")
      ->required();
  addSynthOptions(*addCommand, p->synth, true, false);
  addCommand->add_flag("--factory", p->factory, "Add the presets that come with the synth");
  addCommand->add_option("--notes", p->notes,
                         "MIDI notes to render each preset at, such as 48,60,72 (the library's, or 60)");
  addCommand->add_option("--velocity", p->velocity, "MIDI velocity (the library's, or 100)")
      ->check(CLI::Range(1, 127));
  addCommand->add_option("--length", p->length, "When notes are let go, in seconds (the library's, or 2)")
      ->check(CLI::Range(0.001, 600.0));
  addCommand->add_option("--duration", p->duration, "How long to listen, in seconds (the library's, or 4)")
      ->check(CLI::Range(0.05, 600.0));
  addCommand->add_option("--embedder", p->embedder,
                         "What renders are compared by ('models' lists them), settled when the library is "
                         "made; 'library embed' adds others (without it: ours beside mel-envelope where one "
                         "is trained for the synth, else mel-envelope)");
  addCommand->add_flag(
      "--keep-audio", p->keepAudio,
      "Keep each render as FLAC in the library, so that 'library embed' need not make it again");
  addCommand->add_option("--workers", p->workers, "Processes that render (one for each core if 0)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  addCommand->add_flag("--json", p->json, "Print JSON");
  addCommand->callback([p] { add(*p); });

  auto e = std::make_shared<EmbedArguments>();
  auto* embedCommand = library->add_subcommand(
      "embed",
      "Add the embeddings of another embedder to those that a library holds; goes on where it was stopped");
  embedCommand->add_option("file", e->file, "The library, by its name or its file")->required();
  embedCommand->add_option("--with", e->with, "The embedder ('models' lists them)")->required();
  embedCommand->add_flag("--again", e->again,
                         "Forget those that there are, and make all anew: where the weights are others now");
  addSynthOptions(*embedCommand, e->synth, false);
  embedCommand
      ->add_option("--workers", e->workers,
                   "Processes that render, and threads that embed (one for each core if 0)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  embedCommand->add_flag("--json", e->json, "Print JSON");
  embedCommand->callback([e] { embed(*e); });

  auto m = std::make_shared<MergeArguments>();
  auto* mergeCommand = library->add_subcommand(
      "merge", "Put the shards of a library together: the same file as if one process had made it");
  mergeCommand->add_option("shards", m->shards, "The files that 'library build --shard' made, all of them")
      ->required();
  mergeCommand->add_option("--out", m->out, "The library file to make")->required();
  mergeCommand->add_flag("--json", m->json, "Print JSON");
  mergeCommand->callback([m] { merge(*m); });

  auto file = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  auto h = std::make_shared<MapArguments>();
  auto* infoCommand = library->add_subcommand("info", "Say what a library holds");
  infoCommand->add_option("file", *file, "The library, by its name or its file")->required();
  infoCommand->add_flag("--json", *json, "Print JSON");
  infoCommand->add_option("--html", h->html,
                          "Write a page as well: a map of the library whose sounds can be heard, how loud, "
                          "how bright, how many alike");
  infoCommand->add_option("--sounds", h->options.sounds, "With --html: sounds that can be heard, 80 KB each")
      ->check(CLI::Range(1, 5000))
      ->capture_default_str();
  infoCommand
      ->add_option("--workers", h->options.workers,
                   "With --html: processes that render (one for each core if 0)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  infoCommand->callback([file, json, h] {
    const std::string library = resolveLibrary(*file).string();
    info(library, *json);
    if (!h->html.empty()) writeMap(library, *h, *json);
  });

  addLibraryListCommand(*library);
}

}  // namespace patchpilot
