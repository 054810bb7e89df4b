#include "match/match.h"
#include "app/candidate_table.h"
#include "app/commands.h"
#include "app/match_text.h"
#include "app/progress.h"
#include "app/synth_options.h"
#include "audio/pitch.h"
#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/process.h"
#include "base/text.h"
#include "library/installed.h"
#include "listen/objective.h"
#include "match/results.h"
#include "match/sources.h"
#include "propose/proposers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>
#include <cstdio>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// A candidate that needs more gain is nearly silent by itself.
constexpr double kMostGainDb = 30;

/// A note that is let go so much earlier or later is played as it was found.
constexpr double kSameLengthSeconds = 0.01;

struct MatchArguments {
  MatchOptions match;
  std::string sound;
  std::string text;
  SynthArguments synth;
  std::string note = "auto";
  std::string length = "auto";
  std::string out;
  bool install = false;
  bool force = false;
  bool json = false;
};

std::optional<double> numberOrAuto(const std::string& text, const char* option, double least, double most) {
  if (text == "auto") return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= least && value <= most))
    failUsage("{} is '{}'; give 'auto' or a number from {:g} to {:g}", option, text, least, most);
  return value;
}

TargetOptions targetOptions(const MatchArguments& options) {
  TargetOptions target = options.match.target;
  if (options.note != "auto") {
    target.note = parseNote(options.note);
    if (!target.note)
      failUsage("--note is '{}'; give 'auto', a MIDI note from 0 to 127, or its name, such as C3 (48)",
                options.note);
  }
  target.lengthSeconds = numberOrAuto(options.length, "--length", 0.001, 600);
  return target;
}

void printTarget(const Target& target) {
  fmt::print(
      "{}: note {} ({}, confidence {:.0f} %), let go after {:.2f} s; {:.2f} s matched from {:.2f} s on\n",
      target.file.string(), target.note, noteName(target.note), 100 * target.noteConfidence,
      target.lengthSeconds, target.sound.seconds(), target.startSeconds);
  // What is said of it on stderr comes next.
  std::fflush(stdout);
}

void printResults(const MatchDocument& document, const Target& target, const std::string& out) {
  fmt::print("\n");
  std::string title = "DISTANCE";
  for (const Metric& metric : metrics()) title += fmt::format("  {:>5}", metric.title);
  printCandidates(document,
                  {fmt::format("{}  {:>8}  {:<4}", title, "GAIN", "NOTE"), [](const CandidateFacts& c) {
                     std::string row = fmt::format("{:>8.1f}", *c.distance);
                     for (const Metric& metric : metrics())
                       row += fmt::format("  {:>5.{}f}", c.distances.at(metric.name), metric.digits);
                     return fmt::format("{}  {:>+5.1f} dB  {:<4}", row, *c.gainDb, noteName(c.note));
                   }});
  fmt::print("\nDistance: {}\n", kDistanceMeaning);
  if (!document.candidates.empty())
    if (const double gain = *document.candidates.front().facts.gainDb; gain > kMostGainDb) {
      std::fflush(stdout);
      fmt::print(
          stderr,
          "note: candidate 1 is {:.0f} dB quieter than the sound: it may be no more than the synth's own "
          "noise, such as that of a sampler without its sample\n",
          gain);
    }
  if (const std::string& advice = document.search.advice; !advice.empty()) {
    std::fflush(stdout);
    fmt::print(stderr, "note: {}\n", advice);
  }
  if (document.search.refinement) {
    const RefinementFacts& r = *document.search.refinement;
    const double length = document.candidates.front().facts.length;
    const bool differs = std::abs(length - target.lengthSeconds) > kSameLengthSeconds;
    fmt::print("\nRefined from {:.1f} to {:.1f} in {} renders, {:.1f} s{}\n", r.from, r.to, r.renders,
               r.seconds, differs ? fmt::format("; let go after {:.2f} s", length) : "");
  }
  printWritten(document, out);
}

/// The libraries that were named, or those of 'library list' that can be used. With --space none but those
/// named.
std::vector<std::string> librariesToSearch(const MatchOptions& options, const SynthOptions& synth) {
  std::vector<std::string> files;
  for (const auto& name : options.libraries) files.push_back(resolveLibrary(name).string());
  if (!files.empty() || !options.space.empty()) return files;
  const auto installed = installedLibraries();
  std::string problem;
  files = usableLibraries(installed, synth.scan, [&](const std::string& note) {
    problem = note;
    synth.onNote(note);
  });
  if (files.empty() && !problem.empty()) throw Error(ExitCode::input, problem);
  return files;
}

MatchOptions matchOptions(const MatchArguments& options) {
  MatchOptions match = options.match;
  match.synth = synthOptions(options.synth);
  match.libraries = librariesToSearch(options.match, match.synth);
  match.sound = options.sound;
  match.target = targetOptions(options);
  return match;
}

/// Progress on stderr, and what was skipped.
class Teller : public MatchObserver {
 public:
  explicit Teller(const MatchArguments& options) : options_(options), index_(indexProgress(options.json)) {}

  void onTarget(const Target& target) override {
    if (!options_.json) printTarget(target);
    for (const auto& warning : target.warnings) fmt::print(stderr, "note: {}: {}\n", options_.sound, warning);
  }

  void onIndex(const std::string& file, double done) override { index_(file, done); }

  void onFallback(const std::string& file, const std::string& why) override {
    fmt::print(stderr, "note: {}: {}\n", file, why);
  }

  void onRanking(const RankProgress& ranking, std::size_t all) override {
    progress(false).update(double(ranking.done), double(all));
  }

  void onRefining(const Refinement& refinement, const std::function<std::vector<Candidate>()>&) override {
    const RefineProgress& p = refinement.last;
    // Whichever of the two limits comes first.
    if (const double share = refinement.share(); share > 0)
      progress(true).update(double(p.renders), double(p.renders) / share,
                            fmt::format("distance {:.1f}", p.best));
  }

  void onProblems(const std::vector<std::string>& problems) override {
    end();
    for (const auto& problem : problems) fmt::print(stderr, "skipped: {}\n", problem);
  }

  /// Progress is no longer shown.
  void end() { progress_.reset(); }

 private:
  Progress& progress(bool atOnce) {
    if (!progress_) progress_.emplace("renders", options_.json, atOnce);
    return *progress_;
  }

  const MatchArguments& options_;
  std::function<void(const std::string& file, double done)> index_;
  std::optional<Progress> progress_;
};

/// The folder for the results if none is named: beside us, named after the sound, in the 255 bytes that a
/// name may have.
std::string defaultOut(const std::string& sound) {
  constexpr std::string_view kEnding = "-match";
  return std::string(beginningOf(fs::path(sound).stem().string(), 255 - kEnding.size())) +
         std::string(kEnding);
}

void matchSound(MatchArguments options) {
  if (options.out.empty()) options.out = options.text.empty() ? defaultOut(options.sound) : "text-match";
  if (!options.text.empty())
    return runTextSearch({options.text, librariesToSearch(options.match, synthOptions(options.synth)),
                          options.match.embedder, synthOptions(options.synth), options.match.top,
                          options.match.workers, options.out, options.install, options.force, options.json});
  if (options.sound.empty()) failUsage("name the sound to match, or describe it with --text");
  const RefineLimits& limits = options.match.limits;
  StagedDirectory folder(options.out, options.force);
  Teller teller(options);
  Match match(matchOptions(options), teller, interruptToken());
  if (!match.refines() && (limits.seconds > 0 || limits.renders > 0))
    failUsage(
        "--seconds and --renders say how long to refine; add --refine, or name a method such as "
        "retrieval+refine");
  match.rank();
  teller.end();
  if (interrupted()) return;
  match.refine();
  teller.end();
  // After Ctrl-C the best so far is written.
  MatchDocument document = match.write(folder.path());
  folder.commit();
  if (options.install) installResults(document, options.out, match.session().engines());
  if (options.json) printJson(toJson(document));
  else printResults(document, match.target(), options.out);
}

}  // namespace

void addMatchCommand(const Command& app) {
  auto o = std::make_shared<MatchArguments>();
  const auto command =
      app.subcommand("match", "Find patches that sound like a file: renders, presets and distances");
  command.option("sound", o->sound, "The sound to match: any file that libsndfile reads");
  command.option("--library", o->match.libraries,
                 "Library to search: a file, or a name of 'library list'; several are ranked together. Those "
                 "of 'library list' if none is named");
  std::string methods =
      "How to find patches; several are pooled, and '+refine' searches on from what was found:";
  for (const ProposerKind& kind : proposerKinds()) methods += fmt::format("\n{}: {}", kind.name, kind.help);
  command.option("--method", o->match.methods, methods)
      .defaultText("retrieval, and flow and regression if there are models for the synth");
  command.option(
      "--space", o->match.space,
      "Parameter space of the synth to match with, for methods that need no library, such as flow");
  command.option(
      "--embedder", o->match.embedder,
      "Search by the libraries' embeddings of this name (the first of each; 'library info' lists them)");
  command.option("--out", o->out,
                 "Folder to write; it appears whole or not at all (SOUND-match here without it)");
  command.option("--top", o->match.top, "How many candidates to write").range(1, 1000).showDefault();
  command
      .option("--proposals", o->match.proposals,
              "How many of the nearest patches are rendered again and ranked")
      .range(1, 100000)
      .showDefault();
  command
      .option("--note", o->note,
              "MIDI note of the sound (48) or its name (C3; C4 is 60), or 'auto' to find it")
      .showDefault();
  addVelocityOption(command, o->match.velocity, "MIDI velocity to play with");
  command.option("--length", o->length, "When the note is let go, in seconds from its onset, or 'auto'")
      .showDefault();
  command.option("--start", o->match.target.startSeconds, "Where in the file to begin, in seconds")
      .atLeastZero();
  command
      .option("--duration", o->match.target.durationSeconds,
              "How much to match, in seconds; at most 4 s from the onset without it")
      .range(0.01, 600.0);
  command.flag(
      "--refine", o->match.refine,
      "Search on from the best candidates, by rendering and listening again; Ctrl-C keeps what was found");
  command.option("--seconds", o->match.limits.seconds, "How long to refine (30 unless --renders is given)")
      .range(0.1, 86400.0);
  command
      .option("--renders", o->match.limits.renders,
              "How many renders to refine with; the same number gives the same result where the synth "
              "is deterministic")
      .range(1, 100000000);
  command.option("--seed", o->match.seed, "For what the refiner draws").showDefault();
  command
      .option(
          "--objective", o->match.objective,
          fmt::format("The distance that candidates are ranked by and refining makes small: {}, or weights "
                      "of metrics, such as mss=3,rms=1; {}",
                      fmt::join(objectiveNames(), ", "), kDistanceMeaning))
      .defaultText(kDefaultObjective);
  command.option("--workers", o->match.workers, "Processes that render (one for each core if 0)")
      .range(0, 1024)
      .showDefault();
  addSynthOptions(command, o->synth, false);
  addTempoOption(command, o->synth, "each library's own, or 120");
  command.flag("--install", o->install,
               "Put the presets where the synth's own browser finds them, never over a file");
  command.flag("--force", o->force, "Replace the folder if it exists");
  command.flag("--json", o->json, "Print what candidates.json holds");
  // A text has no note, no length and no sound to come nearer to.
  const auto text = command.option("--text", o->text,
                                   "In place of a sound: words for it, such as \"warm analog brass stab\"; "
                                   "the library must hold embeddings of CLAP");
  for (const char* other : {"sound", "--proposals", "--note", "--velocity", "--length", "--start",
                            "--duration", "--refine", "--seconds", "--renders", "--seed", "--objective"})
    text.excludes(command.find(other));
  command.run([o] { matchSound(*o); });
}

}  // namespace patchpilot
