#include "web/telling_apart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

constexpr std::size_t kNamed = 2;
constexpr double kLeastShare = 0.05;

/// How far apart two values are, as a share of the range; two choices are as far apart as can be.
double apart(const ParameterSpec& spec, double one, double other) {
  if (!std::isfinite(one) || !std::isfinite(other)) return 0;  // what a preset leaves to the synth
  if (spec.kind == ParameterKind::categorical) return one == other ? 0 : 1;
  return spec.max > spec.min ? std::abs(one - other) / double(spec.max - spec.min) : 0;
}

/// With its section where others are called the same.
std::string nameOf(const ParameterSpace& space, const ParameterSpec& spec) {
  const auto section = std::find_if(space.sections.begin(), space.sections.end(),
                                    [&](const Section& s) { return s.key == spec.section; });
  const auto namesakes = std::count_if(space.parameters.begin(), space.parameters.end(),
                                       [&](const ParameterSpec& p) { return p.name == spec.name; });
  return section == space.sections.end() || namesakes == 1 ? spec.name
                                                           : fmt::format("{}: {}", section->title, spec.name);
}

/// Both list their parameters in the order of the space.
std::vector<std::string> mostApart(const std::vector<ParameterFacts>& one,
                                   const std::vector<ParameterFacts>& other, const ParameterSpace& space) {
  std::vector<std::pair<double, std::size_t>> shares;
  for (std::size_t i = 0; i < std::min({one.size(), other.size(), space.parameters.size()}); ++i)
    shares.push_back({-apart(space.parameters[i], one[i].value, other[i].value), i});
  std::sort(shares.begin(), shares.end());
  std::vector<std::string> names;
  for (const auto& [share, i] : shares)
    if (-share >= kLeastShare && names.size() < kNamed) names.push_back(nameOf(space, space.parameters[i]));
  return names;
}

}  // namespace

void tellApart(std::vector<WrittenCandidate>& candidates, const std::vector<const ParameterSpace*>& spaces) {
  for (auto candidate = candidates.begin(); candidate != candidates.end(); ++candidate) {
    CandidateFacts& facts = candidate->facts;
    const auto first = std::find_if(candidates.begin(), candidate, [&](const WrittenCandidate& earlier) {
      return earlier.facts.origin == facts.origin && earlier.facts.synth == facts.synth &&
             earlier.facts.space == facts.space;
    });
    const auto space = std::find_if(spaces.begin(), spaces.end(),
                                    [&](const ParameterSpace* s) { return s->name == facts.space; });
    if (first == candidate || space == spaces.end()) continue;
    facts.unlike = Unlike{first->facts.rank, mostApart(*first->parameters, *candidate->parameters, **space)};
  }
}

}  // namespace patchpilot
