#pragma once

#include "base/random.h"
#include "listen/proposal.h"
#include "synth/engine.h"
#include "synth/variation.h"

#include <array>
#include <map>

namespace patchpilot {

/// A patch as the refiner varies it.
struct Genome {
  std::size_t synth = 0;
  Bytes state;  ///< of a preset as its synth saves it after loading; empty for a patch of a space
  std::vector<float> values;   ///< of every parameter of the space, those that the state holds included
  std::vector<bool> laidOver;  ///< which of them are laid over the state; empty without one
  std::optional<double> lengthSeconds;  ///< see `Proposal`; there where it is searched for
  std::string origin;
  std::vector<std::string> sources;  ///< see `Proposal`

  Proposal proposal() const;
};

/// The ways to a child.
/// `playing`, the last: the patch as it is, or nearly, let go sooner or later.
enum class Variation { little, much, crossing, difference, exchange, playing, count };
inline constexpr std::size_t kVariations = std::size_t(Variation::count);

/// A parameter that is not to be moved.
struct LockedParameter {
  std::size_t parameter = 0;  ///< of the space
  float value = 0;            ///< normalized
};

struct BreederOptions {
  std::vector<LockedParameter> locked;  ///< the values that every child has, whatever its parents have
  std::vector<double>
      rates;  ///< in Hz, likeliest first: at which the target wavers, for the LFOs of the space
  double longestSeconds = 0;  ///< how late a note may be let go, where that is open (`Variation::playing`)
};

/// Makes children of patches of one synth.
class Breeder {
 public:
  Breeder(Engine& engine, std::size_t index, BreederOptions options = {});

  /// @throws Error (plugin) where the synth fails on the preset
  Genome genome(const Proposal& proposal);

  /// A child of `a`; `b` and `c` are others of the same synth, and of the same kind (`Genome::state` or
  /// none).
  Genome child(Variation variation, const Genome& a, const Genome& b, const Genome& c,
               SplitMix64& random) const;

  /// Which parts of a patch (`ParameterSpace::crossingsOrSections`) to keep where the others are to be found
  /// anew: at least one, and not all of them. None where a patch has but one part.
  std::vector<bool> partsToKeep(SplitMix64& random) const;

  /// A patch of a space with some parts of another, and with what belongs to no part.
  Genome grafted(const Genome& genome, const Genome& from, const std::vector<bool>& parts) const;

  /// A patch and so many variations of it, some near and some farther off, all with what is locked.
  std::vector<Genome> around(const Genome& genome, std::size_t count, std::uint64_t seed) const;

  /// Remembers how far a child that differs in a few parameters sounds from its parent, in MSS: what does
  /// more is varied more often.
  void learn(const Genome& parent, const Genome& child, double difference);

  /// The parameters in which a patch can be searched by steps: those that are not categorical and not locked,
  /// and of a preset those that its maker has moved or that were laid over it. Nothing that is not heard
  /// (`ParameterSpace::silent`).
  std::vector<std::size_t> searchable(const Genome& genome) const;

  /// The patch with one parameter moved by a part of its range, either way.
  Genome moved(const Genome& genome, std::size_t parameter, double move, SplitMix64& random) const;

  /// The patch with other values of some parameters; what leaves its range is sent back into it, in `values`
  /// as well, unless a coarse parameter goes on there.
  Genome withValues(const Genome& genome, const std::vector<std::size_t>& parameters,
                    std::vector<double>& values) const;

 private:
  void mutate(Genome& genome, double least, double most, SplitMix64& random) const;
  void cross(Genome& genome, const Genome& other, SplitMix64& random) const;
  void takePart(Genome& genome, const Genome& other, std::size_t part) const;
  void differ(Genome& genome, const Genome& b, const Genome& c, SplitMix64& random) const;
  void exchange(Genome& genome, SplitMix64& random) const;
  void playOtherwise(Genome& genome, SplitMix64& random) const;
  void set(Genome& genome, std::size_t parameter, float value) const;
  void lock(Genome& genome) const;
  bool isHeardBeside(const Genome& genome, const Genome& other) const;
  bool isLocked(std::size_t parameter) const;
  std::size_t someParameter(const Genome& genome, SplitMix64& random) const;
  bool setHeardRate(Genome& genome, std::size_t parameter, SplitMix64& random) const;
  std::optional<float> carried(Genome& genome, std::size_t parameter, double value) const;

  Engine& engine_;
  std::size_t index_;
  const ParameterSpace& space_;
  BreederOptions options_;
  std::vector<Crossing> parts_;
  std::vector<int> partOf_;                         ///< see `partsOfParameters`
  std::vector<std::vector<std::size_t>> sections_;  ///< parameters of each section that has some
  std::vector<float> defaults_;
  std::map<std::size_t, std::size_t> coarseOf_;  ///< of a fine parameter
  struct Rates {
    std::vector<float> values;  ///< of the parameter, for the rates that the target wavers at
    std::vector<std::size_t> depths;
  };
  std::map<std::size_t, Rates> ratesOf_;  ///< of the rate of an LFO, where there are any
  std::vector<double> effects_;           ///< of each parameter, lately, 0 to 1
};

}  // namespace patchpilot
