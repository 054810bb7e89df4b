#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot {

/// One array of a layer's.
struct KerasArray {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;  ///< size the product of `shape`, the last dimension fastest
};

/// A layer that has weights.
struct KerasLayer {
  std::string name;
  std::vector<KerasArray> arrays;  ///< in the order in which Keras made them
};

/// The weights in a file that Keras 2 wrote in HDF5 (`save_weights`, or `save` with the weights under
/// `model_weights`), layer after layer, as its `load_weights` reads it: layers without weights are passed
/// over. The file may be compressed by gzip, as weights are published: then any damage is found. In a plain
/// one HDF5 itself does not find all (libhdf5 1.10 reads beyond a damaged heap).
/// @throws Error (input) where the file is none, or damaged
std::vector<KerasLayer> readKerasWeights(const std::filesystem::path& file);

}  // namespace patchpilot
