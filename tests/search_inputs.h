#pragma once

#include "search/breeder.h"
#include "synth/synth.h"
#include "synth/variation.h"

#include <string>
#include <vector>

namespace patchpilot {

/// Up to `count` of mda's own presets for a synth, as whole states.
inline std::vector<Proposal> factoryProposals(Synth& synth, int count) {
  std::vector<Proposal> proposals;
  for (const auto& preset : readPresets("/usr/lib/lv2/mda.lv2")) {
    if (preset.synthId != synth.plugin().id || int(proposals.size()) == count) continue;
    Proposal& proposal = proposals.emplace_back();
    proposal.patch = patchOfPreset(preset, synth);
    proposal.origin = preset.where();
    proposal.sources = {preset.name};
  }
  return proposals;
}

}  // namespace patchpilot
