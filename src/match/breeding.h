#pragma once

#include "base/random.h"
#include "match/matcher.h"
#include "synth/variation.h"

#include <array>
#include <map>
#include <set>

namespace patchpilot {

/// A patch as the refiner varies it.
struct Genome {
  std::size_t synth = 0;
  Bytes state;                  ///< of a preset as its synth saves it after loading; empty for a patch of a space
  std::vector<float> values;    ///< of every parameter of the space, those that the state holds included
  std::vector<bool> laidOver;   ///< which of them are laid over the state; empty without one
  std::string origin;
  std::vector<std::string> sources;  ///< see `Proposal`

  Proposal proposal() const;
};

/// The ways to a child.
enum class Variation { little, much, crossing, difference, exchange, count };
inline constexpr std::size_t kVariations = std::size_t(Variation::count);

/// Makes children of patches of one synth.
class Breeder {
 public:
  Breeder(Synth& synth, std::size_t index);

  /// @throws Error (plugin) where the synth fails on the preset
  Genome genome(const Proposal& proposal);

  /// A child of `a`; `b` and `c` are others of the same synth, and of the same kind (`Genome::state` or none).
  Genome child(Variation variation, const Genome& a, const Genome& b, const Genome& c, SplitMix64& random) const;

 private:
  void mutate(Genome& genome, double least, double most, SplitMix64& random) const;
  void cross(Genome& genome, const Genome& other, SplitMix64& random) const;
  void differ(Genome& genome, const Genome& b, const Genome& c, SplitMix64& random) const;
  void exchange(Genome& genome, SplitMix64& random) const;
  void set(Genome& genome, std::size_t parameter, float value) const;
  std::size_t someParameter(const Genome& genome, SplitMix64& random) const;

  Synth& synth_;
  std::size_t index_;
  const ParameterSpace& space_;
  std::vector<Crossing> parts_;
  std::vector<int> partOf_;                          ///< see `partsOfParameters`
  std::vector<std::vector<std::size_t>> sections_;   ///< parameters of each section that has some
  std::vector<float> defaults_;
};

}  // namespace patchpilot
