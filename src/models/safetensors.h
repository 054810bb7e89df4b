#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace patchpilot {

/// A .safetensors file of weights (https://huggingface.co/docs/safetensors): the length of a JSON header (8
/// bytes, little endian), the header, and the tensors' values one after the other. Opening it reads and
/// checks the header; values are read when they are asked for, so that a part of a large file costs no more
/// than that part.
class Safetensors {
 public:
  struct Tensor {
    std::string type;  ///< "F32", "F16", "BF16", "I64" and so on
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0, end = 0;  ///< bytes, from the end of the header on
  };

  /// @throws Error (input) where the file is missing, is none, or says of itself what cannot be: values
  /// beyond its end, of another size than their shape has, with gaps between them, or lying over each other
  explicit Safetensors(const std::filesystem::path& file);

  const std::filesystem::path& file() const { return file_; }
  const std::map<std::string, Tensor>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const {
    return metadata_;
  }  ///< of the file, where it has any
  bool contains(const std::string& name) const { return tensors_.contains(name); }

  /// Reads one tensor as 32-bit floats, whichever float type the file holds.
  /// @param shape   what it must have; nothing is allocated by what the file says
  /// @param values  as many as the shape has
  /// @throws Error (input) where there is none, it is of another shape, no float, or the file changed
  /// meanwhile
  void read(const std::string& name, std::span<const std::int64_t> shape, std::span<float> values);

  /// Checks that there is a tensor of this name and shape. @throws as `read`
  const Tensor& require(const std::string& name, std::span<const std::int64_t> shape) const;

 private:
  std::filesystem::path file_;
  std::ifstream stream_;
  std::uint64_t dataStart_ = 0;
  std::map<std::string, Tensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

/// One tensor to be written.
struct StoredTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;
  bool half = false;  ///< as 16-bit floats, rounded to the nearest
};

/// Writes a file that `Safetensors` reads, whole or not at all. @throws Error (system): disk full, no
/// permission
void writeSafetensors(const std::filesystem::path& file, const std::vector<StoredTensor>& tensors,
                      const std::map<std::string, std::string>& metadata);

/// "[2, 3]".
std::string shapeText(std::span<const std::int64_t> shape);

}  // namespace patchpilot
