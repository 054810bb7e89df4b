#include "app/commands.h"
#include "app/match_text.h"
#include "app/progress.h"
#include "app/synth_options.h"
#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "library/builder.h"
#include "match/objective.h"
#include "match/refiner.h"
#include "match/results.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// How long to refine where nothing is said.
constexpr double kRefineSeconds = 30;

struct Options {
  std::string sound;
  std::string text;
  std::vector<std::string> libraries;
  SynthArguments synth;
  int top = 5;
  int proposals = 50;
  std::string note = "auto";
  std::string length = "auto";
  int velocity = 100;
  std::optional<double> start;
  std::optional<double> duration;
  bool refine = false;
  double seconds = 0;
  std::size_t renders = 0;
  std::uint64_t seed = 1;
  std::string objective = "mss";
  int workers = 0;
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

TargetOptions targetOptions(const Options& options) {
  TargetOptions target;
  if (const auto note = numberOrAuto(options.note, "--note", 0, 127)) {
    if (*note != double(int(*note))) failUsage("--note is {}; MIDI notes are whole numbers", options.note);
    target.note = int(*note);
  }
  target.lengthSeconds = numberOrAuto(options.length, "--length", 0.001, 600);
  target.startSeconds = options.start;
  target.durationSeconds = options.duration;
  return target;
}

std::string noteName(int midi) {
  static const char* const kNames[] = {"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};
  return fmt::format("{}{}", kNames[midi % 12], midi / 12 - 1);
}

/// How the best came nearer, for `candidates.json`.
struct Refinement {
  double from = 0, to = 0;  ///< MSS
  RefineProgress last;
  nlohmann::json curve = nlohmann::json::array();

  nlohmann::json json() const {
    return {{"from", from}, {"to", to}, {"renders", last.renders}, {"seconds", last.seconds}, {"curve", curve}};
  }
};

/// Refines until the limit is reached, or Ctrl-C, after which the results so far can be written all the same.
std::vector<Candidate> refined(const Options& options, const Target& target, std::vector<Candidate> ranked, std::vector<Proposal> donors, Sources& sources,
                               std::vector<std::string>& problems, Refinement& refinement) {
  refinement.from = ranked.front().mss;
  RefineOptions refineOptions;
  refineOptions.velocity = options.velocity;
  refineOptions.renders = options.renders;
  refineOptions.seconds = options.seconds > 0 || options.renders > 0 ? options.seconds : kRefineSeconds;
  refineOptions.seed = options.seed;
  refineOptions.donors = std::move(donors);
  refineOptions.objective = makeObjective(options.objective, target);
  {
    Progress progress("renders", options.json, true);
    double best = std::numeric_limits<double>::infinity();
    refineOptions.onProgress = [&](const RefineProgress& p) {
      refinement.last = p;
      if (p.mss < best) refinement.curve.push_back({{"renders", p.renders}, {"seconds", p.seconds}, {"mss", p.mss}});
      best = std::min(best, p.mss);
      // Whichever of the two limits comes first.
      const double share = std::max(refineOptions.renders > 0 ? double(p.renders) / double(refineOptions.renders) : 0,
                                    refineOptions.seconds > 0 ? p.seconds / refineOptions.seconds : 0);
      if (share > 0) progress.update(double(p.renders), double(p.renders) / share, fmt::format("MSS {:.2f}", p.mss));
    };
    ranked = refine(target, std::move(ranked), sources.instruments, refineOptions, problems);
  }
  refinement.to = ranked.front().mss;
  return ranked;
}

void printResults(const nlohmann::json& document, const Target& target, const std::string& out) {
  fmt::print("{}: note {} ({}, confidence {:.0f} %), let go after {:.2f} s; {:.2f} s matched from {:.2f} s on\n\n",
             target.file.string(), target.note, noteName(target.note), 100 * target.noteConfidence, target.lengthSeconds,
             target.sound.seconds(), target.startSeconds);
  std::size_t synthWidth = 5, originWidth = 4;
  for (const auto& c : document.at("candidates")) {
    synthWidth = std::max(synthWidth, c.at("synth").get_ref<const std::string&>().size());
    originWidth = std::max(originWidth, c.at("origin").get_ref<const std::string&>().size());
  }
  fmt::print("{:>2}  {:>6}  {:>8}  {:<{}}  {:<{}}  {}\n", "", "MSS", "GAIN", "SYNTH", synthWidth, "FROM", originWidth, "FILES");
  for (const auto& c : document.at("candidates")) {
    std::string files = c.at("files").at("render").get<std::string>();
    for (const auto& preset : c.at("files").at("presets")) files += ", " + preset.get<std::string>();
    fmt::print("{:>2}  {:>6.2f}  {:>+5.1f} dB  {:<{}}  {:<{}}  {}\n", c.at("rank").get<int>(), c.at("distances").at("mss").get<double>(),
               c.at("gain_db").get<double>(), c.at("synth").get<std::string>(), synthWidth, c.at("origin").get<std::string>(),
               originWidth, files);
  }
  if (document.contains("refinement")) {
    const auto& r = document.at("refinement");
    fmt::print("\nRefined from MSS {:.2f} to {:.2f} in {} renders, {:.1f} s\n", r.at("from").get<double>(), r.at("to").get<double>(),
               r.at("renders").get<std::size_t>(), r.at("seconds").get<double>());
  }
  fmt::print("\nWritten to {}\n", out);
  for (const auto& c : document.at("candidates"))
    for (const auto& file : c.value("installed", nlohmann::json::array())) fmt::print("Installed {}\n", file.get<std::string>());
}

void run(const Options& options) {
  if (!options.text.empty())
    return runTextSearch({options.text, options.libraries, synthOptions(options.synth), options.top, options.workers, options.out,
                          options.install, options.force, options.json});
  if (options.sound.empty()) failUsage("name the sound to match, or describe it with --text");
  if (!options.refine && (options.seconds > 0 || options.renders > 0))
    failUsage("--seconds and --renders say how long to refine; add --refine");
  checkObjectiveName(options.objective);
  StagedDirectory folder(options.out, options.force);
  const Target target = readTarget(options.sound, targetOptions(options));
  for (const auto& warning : target.warnings) fmt::print(stderr, "note: {}: {}\n", options.sound, warning);
  Sources sources = openSources(options.libraries, synthOptions(options.synth), options.workers, target.sound.seconds());
  std::vector<SearchLibrary*> libraries;
  for (SearchLibrary& library : sources.libraries) libraries.push_back(&library);
  RetrievalMatcher matcher(libraries);
  const int first = std::max(options.proposals, options.top);
  std::vector<Proposal> proposals = matcher.propose(target, options.refine ? std::max(first, kRefineDonors) : first);
  std::vector<Proposal> donors = splitOff(proposals, std::size_t(first));
  const std::size_t count = proposals.size();
  std::vector<std::string> problems;
  std::vector<Candidate> ranked;
  {
    Progress progress("renders", options.json);
    RankOptions rank{.velocity = options.velocity};
    rank.onProgress = [&](const RankProgress& p) { progress.update(double(p.done), double(count)); };
    ranked = rankByRendering(target, std::move(proposals), sources.instruments, rank, problems);
  }
  const auto tellProblems = [&] {
    for (const auto& problem : problems) fmt::print(stderr, "skipped: {}\n", problem);
    problems.clear();
  };
  tellProblems();
  if (interrupted()) return;
  if (ranked.empty()) failPlugin("not one of the {} patches proposed could be rendered; see what was skipped", count);
  Refinement refinement;
  bool stopped = false;
  if (options.refine) {
    ranked = refined(options, target, std::move(ranked), std::move(donors), sources, problems, refinement);
    stopped = interrupted();
    setInterrupted(false);  // the best so far is written
    tellProblems();
  }
  std::vector<Candidate> chosen;
  for (const std::size_t index : chooseDifferent(ranked, std::size_t(options.top))) chosen.push_back(std::move(ranked[index]));
  nlohmann::json more = nlohmann::json::object();
  if (options.refine) more["refinement"] = refinement.json();
  nlohmann::json document = writeResults(folder.path(), target, std::move(chosen), sources.instruments, options.velocity, more);
  folder.commit();
  if (options.install) installResults(document, options.out, sources.instruments);
  if (options.json) printJson(document);
  else printResults(document, target, options.out);
  setInterrupted(stopped);
}

}  // namespace

void addMatchCommand(CLI::App& app) {
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand("match", "Find patches that sound like a file: renders, presets and distances");
  command->add_option("sound", o->sound, "The sound to match: any file that libsndfile reads");
  command->add_option("--library", o->libraries, "Library to search; several are ranked together")->required();
  command->add_option("--out", o->out, "Folder to write; it appears whole or not at all")->required();
  command->add_option("--top", o->top, "How many candidates to write")->check(CLI::Range(1, 1000))->capture_default_str();
  command->add_option("--proposals", o->proposals, "How many of the nearest patches are rendered again and ranked")->check(CLI::Range(1, 100000))->capture_default_str();
  command->add_option("--note", o->note, "MIDI note of the sound, or 'auto' to find it")->capture_default_str();
  command->add_option("--velocity", o->velocity, "MIDI velocity to play with")->check(CLI::Range(1, 127))->capture_default_str();
  command->add_option("--length", o->length, "When the note is let go, in seconds from its onset, or 'auto'")->capture_default_str();
  command->add_option("--start", o->start, "Where in the file to begin, in seconds")->check(CLI::NonNegativeNumber);
  command->add_option("--duration", o->duration, "How much to match, in seconds; at most 4 s from the onset without it")->check(CLI::Range(0.01, 600.0));
  command->add_flag("--refine", o->refine, "Search on from the best candidates, by rendering and listening again; Ctrl-C keeps what was found");
  command->add_option("--seconds", o->seconds, "How long to refine (30 unless --renders is given)")->check(CLI::Range(0.1, 86400.0));
  command->add_option("--renders", o->renders, "How many renders to refine with; the same number gives the same result where the synth is deterministic")->check(CLI::Range(1, 100000000));
  command->add_option("--seed", o->seed, "For what the refiner draws")->capture_default_str();
  command->add_option("--objective", o->objective, fmt::format("What the refiner makes small: {}; candidates are ranked by MSS in the end", fmt::join(objectiveNames(), ", ")))->capture_default_str();
  command->add_option("--workers", o->workers, "Processes that render (one for each core if 0)")->check(CLI::Range(0, 1024))->capture_default_str();
  addSynthOptions(*command, o->synth, false);
  command->add_flag("--install", o->install, "Put the presets where the synth's own browser finds them, never over a file");
  command->add_flag("--force", o->force, "Replace the folder if it exists");
  command->add_flag("--json", o->json, "Print what candidates.json holds");
  // A text has no note, no length and no sound to come nearer to.
  auto* text = command->add_option("--text", o->text, "In place of a sound: words for it, such as \"warm analog brass stab\"; the library must hold embeddings of CLAP");
  for (const char* other : {"sound", "--proposals", "--note", "--velocity", "--length", "--start", "--duration", "--refine", "--seconds", "--renders", "--seed", "--objective"})
    text->excludes(command->get_option(other));
  command->callback([o] { run(*o); });
}

}  // namespace patchpilot
