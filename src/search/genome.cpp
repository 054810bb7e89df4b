#include "search/genome.h"

#include <limits>

namespace patchpilot {

Proposal Genome::proposal() const {
  Proposal proposal;
  proposal.synth = synth;
  proposal.lengthSeconds = lengthSeconds;
  proposal.origin = origin;
  proposal.sources = sources;
  proposal.patch.values = values;
  if (!isPreset()) return proposal;
  proposal.patch.state = state;
  proposal.patch.source = origin;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!laidOver[i]) proposal.patch.values[i] = std::numeric_limits<float>::quiet_NaN();
  return proposal;
}

Genome genomeOf(const Proposal& proposal, Engine& engine) {
  Genome genome;
  genome.synth = proposal.synth;
  genome.lengthSeconds = proposal.lengthSeconds;
  genome.origin = proposal.origin;
  genome.sources = proposal.sources;
  genome.values = proposal.patch.values;
  if (proposal.patch.state.empty()) return genome;
  genome.state = engine.state(proposal.patch);
  genome.values = engine.values(proposal.patch);
  genome.laidOver.assign(genome.values.size(), false);
  return genome;
}

}  // namespace patchpilot
