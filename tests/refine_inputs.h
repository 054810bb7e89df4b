#pragma once

#include "search/refiner.h"
#include "test_support.h"

#include <fmt/format.h>

namespace patchpilot {

constexpr double kRefinedSeconds = 0.5;

/// What an engine makes of a patch of its space.
inline Target drawnTarget(Engine& from, std::uint64_t index, double length = 0.3,
                          double seconds = kRefinedSeconds) {
  Target target;
  target.note = 57;
  target.lengthSeconds = length;
  Patch patch;
  patch = Patch::point(from.space().draw(99, index));
  target.sound = renderAll(from, {RenderJob{0, &patch, Note{57, 100, length}, seconds}}).front().value();
  target.spectrum = mssSpectrum(target.sound);
  return target;
}

/// Patches drawn from the space of the first engine, heard and ranked.
inline std::vector<Candidate> starts(const Target& target, const Engines& engines, int count,
                                     const Objective& objective = {}) {
  std::vector<Proposal> proposals;
  for (int i = 0; i < count; ++i) {
    Proposal& proposal = proposals.emplace_back();
    proposal.patch = Patch::point(engines[0]->space().draw(1, std::uint64_t(i)));
    proposal.origin = fmt::format("draw {}", i);
  }
  std::vector<std::string> problems;
  RankOptions options;
  options.objective = objective;
  return rankByRendering(target, proposals, engines, options, problems);
}

/// What refining comes to, from 12 drawn patches, for the target of a number.
inline std::vector<Candidate> refined(const Engines& engines, std::uint64_t index, RefineOptions options) {
  const Target target = drawnTarget(*engines[0], index);
  std::vector<std::string> problems;
  auto result = refine(target, starts(target, engines, 12, options.objective), engines, options, problems);
  EXPECT_TRUE(problems.empty()) << problems.front();
  return result;
}

}  // namespace patchpilot
