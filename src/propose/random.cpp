#include "propose/random.h"

#include "base/files.h"

#include <fmt/format.h>

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

RandomProposer::RandomProposer(const ProposerContext& context)
    : engines_(*context.engines), seed_(context.seed ^ kRandomDraws) {
  for (const SearchLibrary* library : context.libraries)
    if (std::find(synths_.begin(), synths_.end(), library->synth) == synths_.end())
      synths_.push_back(library->synth);
  // With no libraries the synths are those that were opened by their spaces.
  if (context.libraries.empty())
    for (std::size_t engine = 0; engine < engines_.size(); ++engine) synths_.push_back(engine);
  std::erase_if(synths_, [&](std::size_t synth) { return engines_[synth]->space().parameters.empty(); });
}

std::vector<Proposal> RandomProposer::propose(const Target& target, int count) {
  // Draws are numbered by the target, so that no two targets are given the same patches.
  const std::uint64_t first = soundNumber(target) << 16;
  std::vector<Proposal> proposals;
  if (synths_.empty()) return proposals;  // spaces without parameters: there is nothing to draw
  for (std::uint64_t i = 0; i < std::uint64_t(count); ++i) {
    const std::size_t synth = synths_[i % synths_.size()];
    const ParameterSpace& space = engines_[synth]->space();
    Proposal& proposal = proposals.emplace_back();
    proposal.synth = synth;
    proposal.patch = Patch::point(space.draw(seed_, first + i));
    proposal.origin = fmt::format("{}, draw {}", space.name, i);
    proposal.score = double(i);
  }
  return proposals;
}

}  // namespace patchpilot
