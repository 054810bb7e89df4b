#pragma once

#include "networks/network_sizes.h"

#include <cstdint>
#include <vector>

namespace patchpilot {

/// What the values of a patch's vector (data/codec.h) are.
struct VectorLayout {
  struct Block {
    std::int64_t first = 0, count = 1;
    bool choice = false;  ///< one-hot
  };

  /// Sections that do the same, such as oscillators: the i-th value of each does what the i-th of the others
  /// does, and exchanging two sections leaves the sound as it is.
  struct SectionKind {
    std::vector<std::vector<std::int64_t>> members;  ///< indices into the vector, all of one length
  };

  std::int64_t width = 0;
  std::vector<Block> blocks;       ///< cover the vector, in order
  std::vector<SectionKind> kinds;  ///< each value is in one of them

  /// Reads three sizes:
  /// - `vector`: the width;
  /// - `blocks`: "1" for a value and "3c" for a choice of three, with commas; by default all are values;
  /// - `sections`: kinds with ';', their equal sections with '=', each a list of indices and ranges with ',':
  ///   "0-9=10-19;20,22-30". Values that are in none are a section of their own.
  /// @throws Error (input) if they do not fit each other
  static VectorLayout read(NetworkSizes& sizes);
};

}  // namespace patchpilot
