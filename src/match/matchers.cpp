#include "match/matchers.h"

#include "base/error.h"
#include "base/files.h"
#include "match/objective.h"

#include <algorithm>

namespace patchpilot {

namespace {

/// Sets these draws apart from those of libraries and target sets, whatever seeds are given.
constexpr std::uint64_t kRandomDraws = 0x72616e646f6d0000;

std::uint64_t soundNumber(const Target& target) {
  const auto samples = target.sound.samples();
  const auto bytes = std::span(reinterpret_cast<const std::uint8_t*>(samples.data()), samples.size_bytes());
  return std::stoull(contentHash(bytes).substr(0, 12), nullptr, 16);
}

}  // namespace

std::vector<std::string> matcherNames() { return {"retrieval", "random"}; }

Method parseMethod(const std::string& name) {
  constexpr std::string_view kRefine = "+refine";
  Method method{name};
  if (const auto plus = name.find(kRefine); plus != std::string::npos) {
    const std::string rest = name.substr(plus + kRefine.size());
    method.refined = rest.empty() || rest.starts_with(':');
    if (method.refined) method.matcher.resize(plus);
    if (rest.size() > 1) method.objective = rest.substr(1);
  }
  checkMatcherName(method.matcher);
  checkObjectiveName(method.objective);
  return method;
}

void checkMatcherName(const std::string& name) {
  const auto names = matcherNames();
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  std::string all;
  for (const auto& known : names) all += (all.empty() ? "" : ", ") + known;
  failUsage("there is no method '{}'; there are: {}", name, all);
}

std::unique_ptr<Matcher> makeMatcher(const std::string& name, const MatcherContext& context) {
  checkMatcherName(name);
  if (name == "random") return std::make_unique<RandomMatcher>(context);
  return std::make_unique<RetrievalMatcher>(context.libraries, context.leftOut);
}

RandomMatcher::RandomMatcher(const MatcherContext& context)
    : instruments_(*context.instruments), seed_(context.seed ^ kRandomDraws) {
  for (const SearchLibrary* library : context.libraries)
    if (std::find(synths_.begin(), synths_.end(), library->synth) == synths_.end())
      synths_.push_back(library->synth);
}

std::vector<Proposal> RandomMatcher::propose(const Target& target, int count) {
  // Draws are numbered by the target, so that no two targets are given the same patches.
  const std::uint64_t first = soundNumber(target) << 16;
  std::vector<Proposal> proposals;
  for (std::uint64_t i = 0; i < std::uint64_t(count); ++i) {
    const std::size_t synth = synths_[i % synths_.size()];
    const ParameterSpace& space = instruments_[synth].synth->space();
    Proposal& proposal = proposals.emplace_back();
    proposal.synth = synth;
    proposal.patch.values = space.draw(seed_, first + i);
    proposal.origin = fmt::format("{}, draw {}", space.name, i);
    proposal.score = double(i);
  }
  return proposals;
}

OracleMatcher::OracleMatcher(const MatcherContext& context) : libraries_(context.libraries) {
  std::set<std::string> hashes = context.leftOut;
  for (SearchLibrary* one : libraries_) hashes = one->library.withDuplicates(hashes);
  for (SearchLibrary* one : libraries_) {
    const auto leftOut = one->library.patchesFrom(hashes);
    auto& ids = patches_.emplace_back();
    for (const std::int64_t id : one->library.patchIds())
      if (!leftOut.contains(id)) ids.push_back(id);
  }
}

std::vector<Proposal> OracleMatcher::propose(const Target&, int count) {
  std::vector<Proposal> proposals;
  for (; library_ < libraries_.size(); ++library_, next_ = 0) {
    for (; next_ < patches_[library_].size(); ++next_) {
      if (proposals.size() == std::size_t(count)) return proposals;
      proposals.push_back(libraryProposal(*libraries_[library_], patches_[library_][next_], double(next_)));
    }
  }
  return proposals;
}

}  // namespace patchpilot
