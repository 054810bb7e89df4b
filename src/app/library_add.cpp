#include "app/commands.h"
#include "app/library_commands.h"
#include "app/progress.h"
#include "app/synth_options.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "ingest/library_synth.h"
#include "ingest/preset_importer.h"
#include "library/compatibility.h"
#include "library/installed.h"
#include "library/preset_index.h"
#include "synth/factory_presets.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

struct AddArguments {
  SynthArguments synth;
  std::vector<std::string> paths;
  std::string library;
  std::vector<std::string> besides;
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
  wanted.tempoBpm = synth.tempoBpm();
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
  const std::uint64_t passedOver =
      report.broken.size() + report.silent.size() + report.duplicates.size() + report.elsewhere;
  const std::uint64_t kept = report.presets - passedOver;
  if (arguments.json) {
    printJson({{"file", arguments.library},
               {"patches", library.counts().patches},
               {"presets", report.presets},
               {"kept", kept},
               {"added", report.added},
               {"known", report.known},
               {"elsewhere", report.elsewhere},
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
  if (report.elsewhere > 0) fmt::print("{} presets were passed over: --besides has them\n", report.elsewhere);
  if (!report.finished) fmt::print("Stopped. Run the same command to go on.\n");
}

/// Where a library that is named lies, or is to be made: a name without a folder or an ending is one of the
/// user's folder.
std::string fileOfLibrary(const std::string& name) {
  const fs::path file = resolveLibrary(name);
  std::error_code error;
  if (file.has_extension() || file.has_parent_path() || fs::exists(file, error)) return file.string();
  const fs::path own = installedLibraryFile(name);
  if (fs::create_directories(own.parent_path(), error); error)
    failSystem("{} cannot be made ({}); name a file with --library", own.parent_path().string(),
               error.message());
  return own.string();
}

/// Whether one of some libraries has looked at a preset.
std::function<bool(const std::string&)> isInOneOf(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::vector<std::shared_ptr<PresetIndex>> libraries;
  for (const std::string& name : names) {
    const fs::path file = resolveLibrary(name);
    Library::open(file);  // says what is wrong with it
    libraries.push_back(std::make_shared<PresetIndex>(file));
  }
  return [libraries](const std::string& content) {
    return std::any_of(libraries.begin(), libraries.end(),
                       [&](const auto& one) { return one->knows(content); });
  };
}

void add(AddArguments arguments) {
  requireOneProcess("library add");
  arguments.library = fileOfLibrary(arguments.library);
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
    options.stop = interruptToken();
    options.isElsewhere = isInOneOf(arguments.besides);
    options.onProgress = [&](const AddProgress& p) {
      progress.update(double(p.files), double(p.filesInAll), fmt::format("{} new", p.kept));
    };
    report = addPresets(*library, synth, paths, options);
  }
  printAdded(arguments, *library, report);
  noteForeignFiles(arguments.paths);
}

}  // namespace

void addLibraryAddCommand(const Command& library) {
  auto a = std::make_shared<AddArguments>();
  const auto command = library.subcommand("add",
                                          "Render presets and keep them whole, with their paths, beside "
                                          "what a library holds; what is known is passed over");
  command.option("paths", a->paths, "Preset files, and folders that are searched");
  command
      .option("--library", a->library,
              "The library, by its name or its file, which is made if it is not there")
      .required();
  command.option("--besides", a->besides,
                 "A library or an index whose presets are passed over (may be repeated)");
  addSynthOptions(command, a->synth, true, false);
  addTempoOption(command, a->synth, "the library's, or 120");
  command.flag("--factory", a->factory, "Add the presets that come with the synth");
  command.option("--notes", a->notes,
                 "MIDI notes to render each preset at, such as 48,60,72 (the library's, or 60)");
  command.option("--velocity", a->velocity, "MIDI velocity (the library's, or 100)").range(1, 127);
  command.option("--length", a->length, "When notes are let go, in seconds (the library's, or 2)")
      .range(0.001, 600.0);
  command.option("--duration", a->duration, "How long to listen, in seconds (the library's, or 4)")
      .range(0.05, 600.0);
  addKeepingOptions(command, a->embedder, a->keepAudio);
  command.option("--workers", a->workers, "Processes that render (one for each core if 0)")
      .range(0, 1024)
      .showDefault();
  command.flag("--json", a->json, "Print JSON");
  command.run([a] { add(*a); });
}

}  // namespace patchpilot
