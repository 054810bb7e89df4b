#include "search/genome.h"

namespace patchpilot {

Proposal Genome::proposal() const {
  Proposal proposal;
  proposal.synth = synth;
  proposal.note = note;
  proposal.lengthSeconds = lengthSeconds;
  proposal.origin = origin;
  proposal.sources = sources;
  if (!isPreset()) {
    proposal.patch = Patch::point(values);
    return proposal;
  }
  proposal.patch = Patch::preset(state, origin);
  std::vector<std::optional<float>>& moved = proposal.patch.preset().moved;
  moved.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (laidOver[i]) moved[i] = values[i];
  return proposal;
}

Genome genomeOf(const Proposal& proposal, Engine& engine) {
  Genome genome;
  genome.synth = proposal.synth;
  genome.note = proposal.note;
  genome.lengthSeconds = proposal.lengthSeconds;
  genome.origin = proposal.origin;
  genome.sources = proposal.sources;
  if (!proposal.patch.isPreset()) {
    genome.values = proposal.patch.values();
    return genome;
  }
  genome.state = engine.state(proposal.patch);
  genome.values = engine.values(proposal.patch);
  genome.laidOver.assign(genome.values.size(), false);
  return genome;
}

}  // namespace patchpilot
