#pragma once

#include <complex>
#include <cstddef>
#include <vector>

#include "audio/fft.h"
#include "features/batch_fft.h"
#include "features/mss.h"
#include "features/stft.h"

namespace patchpilot {

/// So many FFTs of real signals of one size.
struct Transforms {
  std::size_t size, count;
};

/// What each metric needs of a stereo sound of `samples` samples.
inline std::vector<Transforms> mssTransforms(std::size_t samples) {
  std::vector<Transforms> all;
  for (const auto& scale : MssSpectrum::kScales) {
    all.push_back({scale.window, kChannels * centredFrames(samples, scale.window, scale.hop)});
  }
  return all;
}
inline std::vector<Transforms> wmfccTransforms(std::size_t samples) {
  return {{2205, kChannels * centredFrames(samples, 2205, 441)}};
}
inline std::vector<Transforms> sotTransforms(std::size_t samples) {
  return {{2205, centredFrames(samples, 2205, 882)}};
}
inline std::vector<Transforms> allTransforms(std::size_t samples) {
  std::vector<Transforms> all = mssTransforms(samples);
  for (const auto& more : {wmfccTransforms(samples), sotTransforms(samples)}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

/// Nothing but FFTW's transforms, one after the other in the cache.
class FftwTransforms {
 public:
  explicit FftwTransforms(std::vector<Transforms> transforms) : transforms_(std::move(transforms)) {}

  void run() {
    for (const auto& [size, count] : transforms_) {
      const RealFft fft(size);
      for (std::size_t i = 0; i < count; ++i) fft.forward(in_.data(), out_.data());
    }
  }

 private:
  std::vector<Transforms> transforms_;
  std::vector<float> in_ = std::vector<float>(4410, 0.5f);
  std::vector<std::complex<float>> out_ = std::vector<std::complex<float>>(4410);
};

/// The same by our own BatchFft, which takes 2 kLanes real signals at once.
class BatchTransforms {
 public:
  explicit BatchTransforms(std::vector<Transforms> transforms) : transforms_(std::move(transforms)) {
    for (const auto& [size, count] : transforms_) ffts_.emplace_back(size);
  }

  void run() {
    for (std::size_t which = 0; which < ffts_.size(); ++which) {
      for (std::size_t i = 0; i < transforms_[which].count; i += 2 * kLanes) {
        ffts_[which].transform(data_.data(), scratch_.data());
      }
    }
  }

 private:
  std::vector<Transforms> transforms_;
  std::vector<BatchFft> ffts_;  ///< their tables are made once in a program's life
  std::vector<ComplexLanes> data_ = std::vector<ComplexLanes>(4410);
  std::vector<ComplexLanes> scratch_ = std::vector<ComplexLanes>(4410);
};

}  // namespace patchpilot
