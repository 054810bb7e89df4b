#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace patchpilot {

/// Numbers of up to four dimensions, row-major, that somebody else owns. Unused dimensions are 1.
struct TensorView {
  const float* data = nullptr;
  std::array<std::int64_t, 4> shape{0, 1, 1, 1};

  std::size_t size() const { return std::size_t(shape[0] * shape[1] * shape[2] * shape[3]); }
};

/// The same with its numbers.
struct Tensor {
  std::array<std::int64_t, 4> shape{0, 1, 1, 1};
  std::vector<float> values;  ///< as many as the shape has

  TensorView view() const { return {values.data(), shape}; }
};

/// The tensors of a batch, in an order that the network and the loss agree on.
struct BatchView {
  const TensorView* tensors = nullptr;
  std::size_t count = 0;

  std::span<const TensorView> all() const { return {tensors, count}; }
};

/// A batch that owns its tensors.
class Batch {
 public:
  Batch() = default;
  Batch(Batch&&) = default;
  Batch& operator=(Batch&&) = default;
  explicit Batch(std::vector<Tensor> tensors) : tensors_(std::move(tensors)) {
    for (const Tensor& tensor : tensors_) views_.push_back(tensor.view());
  }

  const std::vector<Tensor>& tensors() const { return tensors_; }
  BatchView view() const { return {views_.data(), views_.size()}; }

 private:
  std::vector<Tensor> tensors_;
  std::vector<TensorView> views_;  ///< of the tensors' own values, which moving leaves where they are
};

}  // namespace patchpilot
