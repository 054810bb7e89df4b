#pragma once

#include "synth/patch.h"

#include <cstdint>
#include <string>
#include <vector>

namespace patchpilot {

/// A patch and a note: what a synth is given, and what a network learns to answer. Its audio is not kept; a
/// shard may hold features of it.
struct Example {
  std::vector<float> values;  ///< normalized, one for each parameter of the space
  Note note;
  double onsetSeconds =
      0;  ///< by how much the sound was drawn shorter; features are those from the note's onset
  std::uint64_t number = 0;  ///< its place in the sequence that its maker draws; ascends within a shard
  std::uint64_t family = 0;  ///< the same for examples whose patches derive from one another, see `split`
  std::string space;         ///< fingerprint of the parameter space
};

}  // namespace patchpilot
