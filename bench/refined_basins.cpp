// What keeps a refined patch from the one that made the target: its sections are replaced by the true ones,
// one at a time, the one that helps most (or harms least) first. Where the distance rises on that way, what
// was found is the best of its surroundings, and several sections are wrong together.
//   bench_refined_basins TARGETS LIBRARY EMBEDDER RENDERS [LIMIT]
#include "base/error.h"
#include "eval/parameter_error.h"
#include "eval/target_set.h"
#include "match/sources.h"
#include "propose/retrieval.h"
#include "search/refiner.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <map>

using namespace patchpilot;

namespace {

/// A way over so many times the distance of what was found leads over a wall.
constexpr double kWall = 1.1;

struct Step {
  std::string section;
  double mss = 0;
};

class Basins {
 public:
  Basins(const TargetEntry& entry, Sources& sources)
      : entry_(entry),
        sources_(sources),
        target_(readTarget(
            entry.file, {.note = entry.note, .lengthSeconds = entry.lengthSeconds, .beginsWithNote = true})) {
  }

  Candidate refined(std::size_t renders) {
    std::vector<Proposal> proposals =
        RetrievalProposer(sources_.searched()).propose(target_, kRefineProposals);
    RefineOptions options;
    options.velocity = entry_.velocity;
    options.renders = renders;
    options.unrendered = splitOff(proposals, kRefineStarts);
    std::vector<std::string> problems;
    auto starts = rankByRendering(target_, std::move(proposals), sources_.engines,
                                  {.velocity = entry_.velocity}, problems);
    auto found = refine(target_, std::move(starts), sources_.engines, options, problems);
    if (found.empty()) throw Error(ExitCode::plugin, "nothing could be rendered");
    return std::move(found.front());
  }

  /// The MSS of each of some patches.
  std::vector<double> distances(const std::vector<std::vector<float>>& patches) {
    std::vector<Proposal> proposals(patches.size());
    for (std::size_t i = 0; i < patches.size(); ++i) {
      proposals[i].patch = Patch::point(patches[i]);
      proposals[i].score = double(i);
    }
    std::vector<std::string> problems;
    std::vector<double> result(patches.size(), std::numeric_limits<double>::infinity());
    for (const Candidate& candidate : rankByRendering(target_, std::move(proposals), sources_.engines,
                                                      {.velocity = entry_.velocity}, problems))
      result[std::size_t(candidate.proposal.score)] = candidate.mss;
    return result;
  }

  /// From a patch to the true one, a section a step.
  std::vector<Step> way(std::vector<float> patch, const std::vector<float>& truth) {
    std::map<std::string, std::vector<std::size_t>> sections;
    const auto& parameters = sources_.engines.front()->space().parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i)
      if (patch[i] != truth[i]) sections[parameters[i].section].push_back(i);
    std::vector<Step> steps;
    while (!sections.empty()) {
      std::vector<std::vector<float>> tries;
      for (const auto& [section, members] : sections) {
        tries.push_back(patch);
        for (const std::size_t i : members) tries.back()[i] = truth[i];
      }
      const std::vector<double> mss = distances(tries);
      const auto best = std::min_element(mss.begin(), mss.end()) - mss.begin();
      const auto taken = std::next(sections.begin(), best);
      steps.push_back({taken->first, mss[std::size_t(best)]});
      patch = tries[std::size_t(best)];
      sections.erase(taken);
    }
    return steps;
  }

 private:
  const TargetEntry& entry_;
  Sources& sources_;
  Target target_;
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 5) {
    fmt::print(stderr, "usage: bench_refined_basins TARGETS LIBRARY EMBEDDER RENDERS [LIMIT]\n");
    return 2;
  }
  const TargetSet set = readTargetSet(argv[1]);
  Sources sources = openSources(sourceNames({argv[2]}, argv[3]), {});
  const std::size_t renders = std::stoul(argv[4]),
                    limit = argc > 5 ? std::stoul(argv[5]) : set.entries.size();
  fmt::print("| target | refined, MSS | with the true sections, one after another |\n| --- | --- | --- |\n");
  std::size_t count = 0, walled = 0;
  for (const TargetEntry& entry : set.entries) {
    if (count == limit) break;
    const Synth& synth = pluginOf(*sources.engines.front());
    const auto truth = entry.truth(synth);
    if (!truth) continue;
    Basins basins(entry, sources);
    const Candidate found = basins.refined(renders);
    const auto steps = basins.way(
        undoSymmetries(synth.space(), found.proposal.patch.values(), truth->values()), truth->values());
    double highest = 0;
    std::string row;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (i + 1 < steps.size()) highest = std::max(highest, steps[i].mss);
      row += fmt::format(" {} {:.2f}{}", steps[i].section, steps[i].mss, i + 1 == steps.size() ? "" : ",");
    }
    fmt::print("| {} | {:.2f} |{} |\n", entry.name, found.mss, row);
    std::fflush(stdout);
    ++count;
    walled += highest > kWall * found.mss;
  }
  fmt::print(
      "\nOf {} ways to the true patch {} lead over a distance that is more than {:.0f} % greater than what "
      "was found.\n",
      count, walled, 100 * (kWall - 1));
} catch (const std::exception& error) {
  fmt::print(stderr, "bench_refined_basins: {}\n", error.what());
  return 1;
}
