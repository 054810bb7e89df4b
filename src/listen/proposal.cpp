#include "listen/proposal.h"

#include "base/files.h"

namespace patchpilot {

Note noteOf(const Proposal& proposal, const Target& target, int velocity) {
  return {target.note, velocity, proposal.lengthSeconds.value_or(target.lengthSeconds)};
}

std::string patchIdentity(const Patch& patch) {
  const FlatPatch kept = flat(patch);
  const auto values = std::span(reinterpret_cast<const std::uint8_t*>(kept.values.data()),
                                kept.values.size() * sizeof(float));
  return contentHash(contentHash(values) + contentHash(kept.state));
}

}  // namespace patchpilot
