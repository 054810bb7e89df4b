#pragma once

#include "models/safetensors.h"

#include <ATen/ATen.h>

#include <initializer_list>
#include <string>

namespace patchpilot {

/// A part of a file of weights, by the beginning of its tensors' names.
class Weights {
 public:
  Weights(Safetensors& file, std::string prefix = "") : file_(&file), prefix_(std::move(prefix)) {}

  Weights operator[](const std::string& name) const { return {*file_, prefix_ + name + "."}; }
  Weights operator[](std::int64_t index) const { return (*this)[std::to_string(index)]; }

  /// @throws Error (input) as `Safetensors::read`
  at::Tensor operator()(const std::string& name, std::initializer_list<std::int64_t> shape) const {
    file_->require(prefix_ + name, shape);
    at::Tensor tensor = at::empty(at::IntArrayRef(shape.begin(), shape.size()), at::kFloat);
    file_->read(prefix_ + name, shape, {tensor.data_ptr<float>(), std::size_t(tensor.numel())});
    return tensor;
  }

 private:
  Safetensors* file_;
  std::string prefix_;
};

/// x W^T + b.
struct LinearLayer {
  at::Tensor weight;  ///< outputs x inputs
  at::Tensor bias;    ///< outputs; undefined where there is none

  LinearLayer() = default;
  LinearLayer(const Weights& weights, std::int64_t inputs, std::int64_t outputs, bool biased = true)
      : weight(weights("weight", {outputs, inputs})),
        bias(biased ? weights("bias", {outputs}) : at::Tensor()) {}

  /// @param x  rows x inputs
  at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
};

/// Layer normalisation (Ba et al. 2016) over the channels.
struct NormLayer {
  at::Tensor weight, bias;
  double epsilon = 1e-5;

  NormLayer() = default;
  NormLayer(const Weights& weights, std::int64_t channels, double eps)
      : weight(weights("weight", {channels})), bias(weights("bias", {channels})), epsilon(eps) {}

  /// @param x  rows x channels
  at::Tensor operator()(const at::Tensor& x) const {
    return at::layer_norm(x, weight.sizes(), weight, bias, epsilon);
  }
};

/// CLAP's two layers from a tower's channels to the space that sounds and texts share, and to length 1 there.
struct ClapProjection {
  LinearLayer first, second;

  ClapProjection(const Weights& weights, std::int64_t channels, std::int64_t dimension)
      : first(weights["linear1"], channels, dimension), second(weights["linear2"], dimension, dimension) {}

  std::int64_t dimension() const { return second.weight.size(0); }

  /// @param x  rows x channels
  at::Tensor operator()(const at::Tensor& x) const {
    const at::Tensor y = second(first(x).relu_());
    return y / y.norm(2, {1}, true).clamp_min(1e-12);
  }
};

}  // namespace patchpilot
