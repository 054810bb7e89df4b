#include "app/commands.h"
#include "app/progress.h"
#include "app/synth_options.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "eval/target_maker.h"
#include "ingest/library_synth.h"
#include "library/installed.h"
#include "preset/preset_file.h"

#include <fmt/format.h>

#include <filesystem>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

struct TargetsArguments {
  TargetMakeOptions make;
  SynthArguments synth;
  std::string presets;
  std::string library;
  std::string soundfont;
  std::string programs;
  std::string protocol;
  int workers = 0;
  bool countGiven = false;
  bool velocityGiven = false;
  std::string out;
  bool force = false;
  bool json = false;
};

/// "0,4,16-23", counted from 0.
std::vector<int> parsePrograms(const std::string& text) {
  std::vector<int> programs;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    int first = -1, last = -1, used = 0;
    const bool range =
        std::sscanf(part.c_str(), "%d-%d%n", &first, &last, &used) == 2 && used == int(part.size());
    if (!range && !(std::sscanf(part.c_str(), "%d%n", &first, &used) == 1 && used == int(part.size())))
      first = -1;
    if (!range) last = first;
    if (first < 0 || last > 127 || first > last)
      failUsage("--programs is '{}'; give General MIDI programs from 0 to 127, such as 0,4,16-23", text);
    for (int program = first; program <= last; ++program) programs.push_back(program);
  }
  if (programs.empty()) failUsage("--soundfont needs --programs, such as 0,4,16-23 or 0-127");
  return programs;
}

std::vector<fs::path> presetFiles(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) failUsage("{}: there is no such folder", folder);
  std::vector<fs::path> files = presetPathsUnder(folder);
  if (files.empty()) failInput("{} holds no presets (.fxp, .vstpreset, .lv2)", folder);
  return files;
}

TargetMakeReport makeInto(const fs::path& folder, TargetsArguments& options) {
  if (!options.soundfont.empty()) {
    const std::vector<int> programs = parsePrograms(options.programs);
    if (!options.countGiven) options.make.count = programs.size();
    return makeSoundfontTargets(folder, options.soundfont, programs, options.make);
  }
  if (!options.library.empty()) {
    if (!options.synth.space.empty() || !options.synth.base.empty())
      failUsage("--from-library brings its own space and base; leave --space and --base out");
    Library library = Library::open(resolveLibrary(options.library));
    Synth synth = openLibrarySynth(library, synthOptions(options.synth));
    RenderPool pool(synth, {options.workers, options.make.durationSeconds});
    return makeLibraryTargets(folder, library, synth, pool, options.make,
                              options.velocityGiven ? std::optional(options.make.velocity) : std::nullopt);
  }
  if (options.synth.space.empty())
    failUsage("--space is needed: it says which synth plays the patches or presets");
  const Synth synth(loadSpace(options.synth.space), synthOptions(options.synth));
  RenderPool pool(synth, {options.workers, options.make.durationSeconds});
  if (!options.presets.empty())
    return makePresetTargets(folder, options.presets, presetFiles(options.presets), synth, pool,
                             options.make);
  return makeDrawnTargets(folder, synth, pool, options.make);
}

void make(TargetsArguments options) {
  for (const TargetProtocol& protocol : targetProtocols())
    if (protocol.name == options.protocol) protocol.apply(options.make);
  if (!options.protocol.empty() && !options.soundfont.empty())
    failUsage("--protocol makes sounds of a synth's patches; leave --soundfont out");
  if (options.make.lowestNote > options.make.highestNote)
    failUsage("--lowest-note {} lies above --highest-note {}", options.make.lowestNote,
              options.make.highestNote);
  if (options.make.shortestSeconds > options.make.longestSeconds)
    failUsage("--shortest {:g} is longer than --longest {:g}", options.make.shortestSeconds,
              options.make.longestSeconds);
  options.make.stop = interruptToken();
  StagedDirectory folder(options.out, options.force);
  TargetMakeReport report;
  {
    Progress progress("targets", options.json);
    options.make.onProgress = [&](std::size_t done) {
      progress.update(double(done), double(options.make.count));
    };
    report = makeInto(folder.path(), options);
  }
  if (interrupted()) return;
  folder.commit();
  if (options.json) {
    printJson({{"out", options.out}, {"targets", report.written}, {"left_out", report.leftOut}});
    return;
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(10, report.leftOut.size()); ++i)
    fmt::print(stderr, "left out: {}\n", report.leftOut[i]);
  if (report.leftOut.size() > 10) fmt::print(stderr, "left out: {} more\n", report.leftOut.size() - 10);
  fmt::print("{}: {} targets\n", options.out, report.written);
}

}  // namespace

void addTargetsCommand(const Command& app) {
  const auto targets = app.subcommand("targets", "Make sets of sounds to evaluate methods with");
  targets.requireSubcommand();
  auto o = std::make_shared<TargetsArguments>();
  const auto command =
      targets.subcommand("make", "Play random patches, presets or soundfont programs, and write down how");
  command.option("--space", o->synth.space,
                 "Parameter space whose synth plays: random patches of it, or --from-presets");
  command.option("--base", o->synth.base,
                 "Preset that holds what the space does not vary (.vstpreset, .fxp, .lv2)");
  const auto presets =
      command.option("--from-presets", o->presets, "Play presets of this folder instead of random patches");
  const auto library = command
                           .option("--from-library", o->library,
                                   "Play patches of this library, at other notes, velocities and lengths "
                                   "than its own: 'eval' tells how often each is found")
                           .excludes(presets);
  const auto soundfont =
      command
          .option("--soundfont", o->soundfont,
                  "Play General MIDI programs of this soundfont (.sf2) by fluidsynth instead")
          .excludes(presets)
          .excludes(library);
  std::string protocols;
  std::vector<std::string> names;
  for (const TargetProtocol& protocol : targetProtocols()) {
    protocols += fmt::format("; {}: {}", protocol.name, protocol.help);
    names.emplace_back(protocol.name);
  }
  command
      .option(
          "--protocol", o->protocol,
          "Make the set as others make theirs, whatever is said of notes, lengths and --duration" + protocols)
      .oneOf(names)
      .excludes(library);
  command.option("--programs", o->programs, "Which programs of the soundfont, from 0, such as 0,4,16-23");
  const auto count = command
                         .option("--count", o->make.count,
                                 "How many targets at most; of a soundfont, all programs named without it")
                         .range(1, 1'000'000)
                         .showDefault();
  command.option("--seed", o->make.seed, "The same seed makes the same set").showDefault();
  command.option("--kind", o->make.kind,
                 "What the targets are called, and the table about them (default: the space's name, "
                 "'presets', 'soundfont')");
  command.option("--lowest-note", o->make.lowestNote, "Notes are drawn from here ...")
      .midiNote()
      .showDefault();
  command.option("--highest-note", o->make.highestNote, "... to here").midiNote().showDefault();
  command.option("--shortest", o->make.shortestSeconds, "Notes are let go after this many seconds ...")
      .range(0.01, 60.0)
      .showDefault();
  command.option("--longest", o->make.longestSeconds, "... to this many").range(0.01, 60.0).showDefault();
  const auto velocity = addVelocityOption(command, o->make.velocity,
                                          "MIDI velocity; with --from-library it is drawn without it");
  command.option("--duration", o->make.durationSeconds, "Length of each sound in seconds")
      .range(0.1, 60.0)
      .showDefault();
  command.option("--workers", o->workers, "Processes that render (one for each core if 0)")
      .range(0, 1024)
      .showDefault();
  command.option("--out", o->out, "Folder to write; it appears whole or not at all").required();
  addSynthOptions(command, o->synth, false);
  addTempoOption(command, o->synth, "the library's, or 120").excludes(soundfont);
  command.flag("--force", o->force, "Replace the folder if it exists");
  command.flag("--json", o->json, "Print JSON");
  command.run([o, count, velocity] {
    o->countGiven = count.given();
    o->velocityGiven = velocity.given();
    make(*o);
  });
}

}  // namespace patchpilot
