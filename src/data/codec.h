#pragma once

#include "synth/parameter_space.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace patchpilot {

/// A value beside the patch that a network answers, such as the MIDI note.
struct ExtraValue {
  std::string name;
  double low = 0, high = 1;  ///< encoded as -1 and 1; a value beyond is encoded as the nearer one
};

/// Turns patches of a space into vectors that networks learn, and back.
///
/// The vector has a block for each parameter, in the space's order, and then one value for each extra:
/// - continuous and stepped: one value, -1 at the lower end of the range and 1 at the upper; the range
///   includes the constant if that lies outside;
/// - categorical: one-hot, a value for each choice, 1 for the chosen one and 0 for the others.
class Codec {
 public:
  /// The part of the vector that stands for one parameter or extra.
  struct Block {
    std::size_t first = 0, count = 1;
  };

  /// Groups of parameters that may change places with no change of sound, as indices into the vector: for any
  /// two members, exchanging the values at `members[a][i]` and `members[b][i]` for all i gives an equivalent
  /// patch.
  struct Exchange {
    std::string name;
    std::vector<std::vector<std::size_t>> members;  ///< all of one length
  };

  struct Decoded {
    std::vector<float> values;  ///< normalized, one for each parameter
    std::vector<double> extras;
  };

  /// @throws Error (input) that names space and symmetry if its members differ in kinds or choices
  explicit Codec(ParameterSpace space, std::vector<ExtraValue> extras = {});

  const ParameterSpace& space() const { return space_; }
  const std::vector<ExtraValue>& extras() const { return extras_; }
  std::size_t width() const { return width_; }                  ///< values of a vector
  const std::vector<Block>& blocks() const { return blocks_; }  ///< of each parameter, then each extra
  const std::vector<Exchange>& exchanges() const { return exchanges_; }

  /// @param values  normalized, one for each parameter; a value outside its range is encoded as its end
  /// @param extras  one for each extra
  /// @return `width()` values
  /// @throws Error (internal) if the sizes differ; Error (input) if a value is not finite
  std::vector<float> encode(std::span<const float> values, std::span<const double> extras = {}) const;

  /// The patch that is nearest to a vector, which may be any `width()` finite values: a choice is the largest
  /// of its block; a stepped value is put on the nearest step; a value within 2 % of the range of its
  /// parameter's constant is put on the constant.
  /// @throws as `encode`
  Decoded decode(std::span<const float> vector) const;

  /// 1 for each value of the vector that is heard, 0 for those of parameters that the space's gates silence
  /// in this patch; extras are heard. @param values  normalized, one for each parameter
  std::vector<float> mask(const std::vector<float>& values) const;

 private:
  std::vector<Exchange> readExchanges() const;
  void check(std::span<const float> numbers, std::size_t wanted, const char* what) const;

  ParameterSpace space_;
  std::vector<ExtraValue> extras_;
  std::vector<Block> blocks_;
  std::size_t width_ = 0;
  std::vector<Exchange> exchanges_;
};

}  // namespace patchpilot
