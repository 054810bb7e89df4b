#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <cstdint>

namespace patchpilot {

/// Random tensors that depend on a seed alone, and not on what other threads draw.
class RandomSource {
 public:
  explicit RandomSource(std::uint64_t seed, at::Device device = at::kCPU)
      : device_(device),
        generator_(device.is_cpu() ? at::make_generator<at::CPUGeneratorImpl>(seed)
                                   : at::globalContext().defaultGenerator(device)) {
    if (!device.is_cpu()) generator_.set_current_seed(seed);
  }

  /// Of the standard normal distribution.
  at::Tensor normal(at::IntArrayRef shape) { return at::randn(shape, generator_, options()); }

  /// In [0, 1).
  at::Tensor uniform(at::IntArrayRef shape) { return at::rand(shape, generator_, options()); }

  /// Sets a share of the values to 0 and scales the others up (Srivastava et al. 2014).
  at::Tensor dropout(const at::Tensor& x, double share) {
    return share > 0 ? x * at::empty_like(x).bernoulli_(1 - share, generator_).div_(1 - share) : x;
  }

 private:
  at::TensorOptions options() const { return at::TensorOptions(at::kFloat).device(device_); }

  at::Device device_;
  at::Generator generator_;
};

}  // namespace patchpilot
