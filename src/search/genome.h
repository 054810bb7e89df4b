#pragma once

#include "listen/proposal.h"
#include "synth/engine.h"

#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// A patch in the form that is varied: every parameter has a value, even if the patch is a preset.
struct Genome {
  std::size_t synth = 0;                ///< see `Proposal`
  Bytes state;                          ///< preset: as the synth saves it after loading; else empty
  std::vector<float> values;            ///< normalized, one per parameter of the space
  std::vector<bool> laidOver;           ///< preset: which values replace those in the state; else empty
  std::optional<int> note;              ///< see `Proposal`
  std::optional<double> lengthSeconds;  ///< of the note; set if it is searched for
  std::string origin;                   ///< see `Proposal`
  std::vector<std::string> sources;     ///< see `Proposal`

  bool isPreset() const { return !state.empty(); }
  Proposal proposal() const;
};

/// Whether two genomes can be recombined: of the same synth, and both presets or both points of its space.
inline bool areCompatible(const Genome& one, const Genome& other) {
  return one.synth == other.synth && one.isPreset() == other.isPreset();
}

/// @param engine  the one that `proposal` is for; asked only if the proposal is a preset
/// @throws Error (plugin) if the synth fails on the preset
Genome genomeOf(const Proposal& proposal, Engine& engine);

}  // namespace patchpilot
