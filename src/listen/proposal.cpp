#include "listen/proposal.h"

#include "base/files.h"

#include <fmt/format.h>

namespace patchpilot {

Note noteOf(const Proposal& proposal, const Target& target, int velocity) {
  return {proposal.note.value_or(target.note), velocity,
          proposal.lengthSeconds.value_or(target.lengthSeconds)};
}

std::string patchIdentity(const Patch& patch) {
  const FlatPatch kept = flat(patch);
  const auto values = std::span(reinterpret_cast<const std::uint8_t*>(kept.values.data()),
                                kept.values.size() * sizeof(float));
  return contentHash(contentHash(values) + contentHash(kept.state));
}

std::string proposalIdentity(const Proposal& proposal, const Target& target) {
  const Note played = noteOf(proposal, target, 0);
  return fmt::format("{}@{},{}", patchIdentity(proposal.patch), played.midi, played.lengthSeconds);
}

}  // namespace patchpilot
