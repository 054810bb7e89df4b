#pragma once

#include "base/random.h"
#include "search/genome.h"
#include "synth/tuning.h"

#include <map>
#include <optional>
#include <vector>

namespace patchpilot {

/// A parameter that the search must not change.
struct LockedParameter {
  std::size_t parameter = 0;  ///< index in the space
  float value = 0;            ///< normalized
};

/// The parameters of a synth as a search may change them: which ones, within which limits, and which
/// changes can be heard.
class SearchSpace {
 public:
  /// @param space     must outlive this
  /// @param defaults  the plug-in's defaults, one per parameter of the space
  SearchSpace(const ParameterSpace& space, std::vector<float> defaults, std::vector<LockedParameter> locked);

  const ParameterSpace& parameters() const { return space_; }
  const std::vector<float>& defaults() const { return defaults_; }

  /// The parameters of each section that has any, in the order of the sections' keys.
  const std::vector<std::vector<std::size_t>>& sections() const { return sections_; }

  bool isLocked(std::size_t parameter) const;

  /// Gives all locked parameters their values.
  void lock(Genome& genome) const;

  /// Sets a value as it is. In a preset it is laid over the state if it differs.
  void set(Genome& genome, std::size_t parameter, float value) const;

  /// If `value` lies outside the range of a fine parameter, moves its coarse parameter one step on instead.
  /// @return the fine parameter's value then; nothing if `value` is within its range, or the parameter has no
  /// coarse one, or that one is locked or at its end. The caller sets it.
  std::optional<float> carry(Genome& genome, std::size_t parameter, double value) const;

  /// The genome played with another note and tuned the other way by as much, so that it sounds the same.
  /// @return nothing if that cannot be: for a preset, whose state may hold more that follows the note; for a
  /// genome without a note; if no tuning of the whole sound reaches so far; if one is locked
  std::optional<Genome> transposed(const Genome& genome, int note) const;

  /// Plays the genome with a note `semitones` higher, and tunes a random subset of the parts of its sound
  /// that have a tuning of their own as much lower, so that they keep their pitch.
  void transposeParts(Genome& genome, int semitones, SplitMix64& random) const;

  /// The parameters that a numerical search may use. Left out: categorical, locked and silent ones
  /// (`ParameterSpace::silent`), and in a preset those at their default that were not laid over it.
  std::vector<std::size_t> searchable(const Genome& genome) const;

  /// The genome with one parameter moved by `move` of its range. The direction is random; if the range ends
  /// there, it is the other one.
  Genome moved(const Genome& genome, std::size_t parameter, double move, SplitMix64& random) const;

  /// The genome with other values of some parameters.
  /// @param values  one per entry of `parameters`. Values outside a range are reflected into it, here too,
  ///                unless `carry` applies
  Genome withValues(const Genome& genome, const std::vector<std::size_t>& parameters,
                    std::vector<double>& values) const;

  /// Whether two genomes differ in more than parameters that are silent in both.
  bool differAudibly(const Genome& one, const Genome& other) const;

 private:
  const ParameterSpace& space_;
  std::vector<float> defaults_;
  std::vector<LockedParameter> locked_;
  std::vector<std::vector<std::size_t>> sections_;
  std::map<std::size_t, std::size_t> coarseOf_;  ///< fine parameter -> coarse parameter
  std::vector<Tuning> tunings_;
};

}  // namespace patchpilot
