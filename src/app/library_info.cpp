#include "app/commands.h"
#include "app/library_commands.h"
#include "app/progress.h"
#include "app/synth_options.h"
#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "eval/library_map.h"
#include "ingest/library_synth.h"
#include "library/installed.h"
#include "library/preset_index.h"
#include "propose/preset_contents.h"

#include <fmt/format.h>

#include <algorithm>

namespace patchpilot {

namespace {

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

/// Compares an index with the presets on this machine.
void printFit(Library& library) {
  try {
    const Synth synth = openLibrarySynth(library, synthOptions());
    const auto misfits = PresetContents(library.file(), synth).misfits();
    const std::size_t all = library.presets().kept().size();
    fmt::print("index      {} of {} presets are on this machine as they were indexed\n", all - misfits.size(),
               all);
    constexpr std::size_t kShown = 10;
    for (std::size_t i = 0; i < std::min(kShown, misfits.size()); ++i)
      fmt::print("misfit     {}\n", misfits[i].path);
    if (misfits.size() > kShown) fmt::print("misfit     and {} more\n", misfits.size() - kShown);
  } catch (const Error& error) {
    fmt::print("index      its presets cannot be looked for: {}\n", error.what());
  }
}

void tellLibrary(const std::string& file, bool json) {
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
         {"bpm", s.tempoBpm},
         {"seed", s.seed},
         {"shard", s.shard.number},
         {"shards", s.shard.of},
         {"sampling", s.sampling},
         {"presets", library.presets().kept().size()},
         {"index", isPresetIndex(file)},
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
  if (isPresetIndex(file)) printFit(library);
  fmt::print("rows       {}: note{} {}, velocity {}, let go after {:g} s, heard for {:g} s, at {:g} BPM\n",
             counts.rows, s.notes.size() > 1 ? "s" : "", notes, s.velocity, s.lengthSeconds,
             s.durationSeconds, s.tempoBpm);
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
  const Synth synth = openLibrarySynth(library, synthOptions());
  LibraryMapOptions options = arguments.options;
  options.stop = interruptToken();
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

void addLibraryInfoCommand(const Command& library) {
  auto file = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  auto h = std::make_shared<MapArguments>();
  const auto command = library.subcommand("info", "Say what a library holds");
  command.option("file", *file, "The library, by its name or its file").required();
  command.flag("--json", *json, "Print JSON");
  command.option("--html", h->html,
                 "Write a page as well: a map of the library whose sounds can be heard, how loud, "
                 "how bright, how many alike");
  command.option("--sounds", h->options.sounds, "With --html: sounds that can be heard, 80 KB each")
      .range(1, 5000)
      .showDefault();
  command
      .option("--workers", h->options.workers, "With --html: processes that render (one for each core if 0)")
      .range(0, 1024)
      .showDefault();
  command.run([file, json, h] {
    const std::string path = resolveLibrary(*file).string();
    tellLibrary(path, *json);
    if (!h->html.empty()) writeMap(path, *h, *json);
  });
}

}  // namespace patchpilot
