// The table of docs/benchmarks.md: matches every sound of a target set and prints, a set a row, how near the
// nearest neighbour, the best of 50 rendered again, and a random patch come, and how well note and length are found.
#include "audio/file.h"
#include "audio/level.h"
#include "match/matcher.h"
#include "match/ranking.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <numeric>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Row {
  std::vector<double> nearest, best, random, lengthError;
  int noteRight = 0;
  int count = 0;
};

double mean(const std::vector<double>& values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

json readSet(const fs::path& folder) {
  std::ifstream stream(folder / "targets.json");
  return json::parse(stream);
}

/// MSS of the first audible patch that is drawn from the space, at the target's note.
double randomDistance(const Target& target, Instrument& instrument, std::uint64_t seed) {
  for (std::uint64_t index = 0;; ++index) {
    const Patch patch{instrument.synth->space().draw(seed, index), {}, {}};
    const auto sounds = instrument.pool->renderAll(
        {RenderJob{0, &patch, {target.note, 100, target.lengthSeconds}, target.sound.seconds()}});
    if (sounds[0] && rmsDb(*sounds[0]) >= -60) return mss(target.spectrum, mssSpectrum(*sounds[0]));
  }
}

void measure(const json& entry, const fs::path& folder, bool known, RetrievalMatcher& matcher,
             std::vector<Instrument>& instruments, int proposals, Row& row) {
  TargetOptions options;
  if (known) {
    options.note = entry.at("note").get<int>();
    options.lengthSeconds = entry.at("note_off_s").get<double>();
  }
  const Target target = readTarget(folder / (entry.at("name").get<std::string>() + ".flac"), options);
  std::vector<Proposal> proposed = matcher.propose(target, proposals);
  const std::string nearest = proposed.front().origin;
  std::vector<std::string> problems;
  const auto ranked = rankByRendering(target, std::move(proposed), instruments, {}, problems);
  const auto first = std::find_if(ranked.begin(), ranked.end(), [&](const Candidate& c) { return c.proposal.origin == nearest; });
  row.count++;
  row.best.push_back(ranked.front().mss);
  if (first != ranked.end()) row.nearest.push_back(first->mss);
  row.random.push_back(randomDistance(target, instruments[0], 1000 + std::uint64_t(row.count)));
  if (std::getenv("PATCHPILOT_SHOW_NOTES") != nullptr)
    fmt::print("{}: note {} found {} ({:.2f})\n", entry.at("name").get<std::string>(), entry.at("note").get<int>(), target.note, target.noteConfidence);
  row.noteRight += target.note == entry.at("note").get<int>();
  row.lengthError.push_back(std::abs(target.lengthSeconds - entry.at("note_off_s").get<double>()));
}

void printTable(const std::map<std::string, Row>& rows) {
  fmt::print("| set | sounds | nearest | best of 50 | random | best / random | note right | length error, median | mean |\n"
             "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (const auto& [kind, row] : rows)
    fmt::print("| {} | {} | {:.2f} | {:.2f} | {:.2f} | {:.0f} % | {:.0f} % | {:.2f} s | {:.2f} s |\n", kind, row.count,
               mean(row.nearest), mean(row.best), mean(row.random), 100 * mean(row.best) / mean(row.random),
               100.0 * row.noteRight / row.count, median(row.lengthError), mean(row.lengthError));
}

void table(const std::string& libraryFile, const fs::path& folder, bool known, int proposals) {
  Library library = Library::open(libraryFile);
  SynthOptions options;
  options.baseState = library.settings().base;
  std::vector<Instrument> instruments(1);
  instruments[0].synth = std::make_unique<Synth>(parseSpace(library.settings().spaceToml, libraryFile), options);
  instruments[0].pool = std::make_unique<RenderPool>(*instruments[0].synth, RenderPoolOptions{0, kLongestSeconds});
  std::vector<SearchLibrary> libraries;
  NeighbourIndex index(library);
  fmt::print("{}: {} patches of {}, {} proposals, note and length {}\n\n", libraryFile, library.counts().patches,
             library.settings().synthName, proposals, known ? "known" : "found");
  libraries.push_back({std::move(library), std::move(index), 0});
  RetrievalMatcher matcher({&libraries.front()});
  std::map<std::string, Row> rows;
  for (const auto& entry : readSet(folder))
    measure(entry, folder, known, matcher, instruments, proposals, rows[entry.at("kind").get<std::string>()]);
  printTable(rows);
}

/// How far the true patches lie from their own sounds: what the host and the base preset cost.
void truth(const std::string& spaceName, const std::string& base, const fs::path& folder) {
  SynthOptions options;
  if (!base.empty()) options.base = base;
  const Synth synth(loadSpace(spaceName), options);
  RenderPool pool(synth, {0, kLongestSeconds});
  std::vector<double> distances;
  for (const auto& entry : readSet(folder)) {
    if (!entry.contains("params")) continue;
    Patch patch;
    for (const auto& p : synth.space().parameters) patch.values.push_back(entry.at("params").at(p.key).get<float>());
    const AudioBuffer sound = readSound(folder / (entry.at("name").get<std::string>() + ".flac")).sound;
    const auto renders = pool.renderAll({RenderJob{0, &patch,
                                                   {entry.at("note").get<int>(), entry.at("velocity").get<int>(),
                                                    entry.at("note_off_s").get<double>()},
                                                   sound.seconds()}});
    if (renders[0]) distances.push_back(mss(mssSpectrum(sound), mssSpectrum(*renders[0])));
  }
  fmt::print("{} true patches of {}, base {}: MSS median {:.2f}, mean {:.2f}\n", distances.size(), spaceName,
             base.empty() ? "the space's own" : fs::path(base).filename().string(), median(distances), mean(distances));
}

}  // namespace
}  // namespace patchpilot

int main(int count, char** arguments) {
  CLI::App app{"Matches every sound of a target set, and prints a table"};
  std::string folder = "../shared/targets", library, space, base;
  bool known = false;
  int proposals = 50;
  app.add_option("--targets", folder, "Folder with targets.json and FLACs")->capture_default_str();
  app.add_option("--library", library, "Library to match with");
  app.add_option("--proposals", proposals, "Renders for each target")->capture_default_str();
  app.add_flag("--known", known, "Give the true note and length instead of finding them");
  app.add_option("--truth", space, "Instead: render the set's true patches in this space");
  app.add_option("--base", base, "Base preset for --truth");
  CLI11_PARSE(app, count, arguments);
  try {
    if (!space.empty()) patchpilot::truth(space, base, folder);
    else patchpilot::table(library, folder, known, proposals);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
