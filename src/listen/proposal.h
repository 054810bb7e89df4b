#pragma once

#include "listen/target.h"
#include "synth/patch.h"

#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// A patch that may sound like the target. It is worth nothing until it has been rendered.
struct Proposal {
  std::size_t synth = 0;  ///< index of the synth that it is for
  Patch patch;
  std::string origin;  ///< where it came from, such as "jx10.db, patch 17"; of a preset, its file
  double score = 0;    ///< the proposer's own; smaller is better; comparable within one proposer only
  std::vector<std::string> sources;  ///< `presetHash`es of the presets that it came from; see `Lineage`
  std::vector<std::size_t>
      withoutEffect;        ///< parameters of the space that were found to do nothing to its sound
  std::optional<int> note;  ///< MIDI note it is played with, if not the target's
  std::optional<double> lengthSeconds;  ///< when its note is released, if not as the target's analysis says
};

/// The note that a proposal is played with: its own, or the target's.
Note noteOf(const Proposal& proposal, const Target& target, int velocity);

/// Identifies a patch of one synth, whichever library it is from.
std::string patchIdentity(const Patch& patch);

/// Identifies a proposal of one synth: the same patch played with another note or length is another proposal.
/// A proposal that names the target's note or length counts as one that names none.
std::string proposalIdentity(const Proposal& proposal, const Target& target);

}  // namespace patchpilot
