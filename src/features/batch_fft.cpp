#include "features/batch_fft.h"

#include <cmath>
#include <numbers>
#include <utility>

#include "base/error.h"

namespace patchpilot {
namespace {

/// `count` points of the unit circle, exp(-2 pi i k step / size) as (re, im), computed in double.
std::vector<float> unitRoots(std::size_t count, std::size_t step, std::size_t size) {
  std::vector<float> roots;
  for (std::size_t k = 0; k < count; ++k) {
    const double angle = -2 * std::numbers::pi * double(k * step % size) / double(size);
    roots.push_back(static_cast<float>(std::cos(angle)));
    roots.push_back(static_cast<float>(std::sin(angle)));
  }
  return roots;
}

}  // namespace

BatchFft::BatchFft(std::size_t size) : size_(size) {
  std::size_t remaining = size, stride = 1;
  for (const std::size_t radix : {29, 19, 9, 7, 5, 3, 2}) {
    while (remaining > 1 && remaining % radix == 0) {
      const std::size_t blocks = remaining / radix;
      Stage stage{int(radix), blocks, stride, {}, unitRoots(radix, 1, radix)};
      for (std::size_t block = 0; block < blocks; ++block) {
        const auto row = unitRoots(radix, block, remaining);
        stage.twiddles.insert(stage.twiddles.end(), row.begin(), row.end());
      }
      stages_.push_back(std::move(stage));
      stride *= radix;
      remaining = blocks;
    }
  }
  if (remaining != 1) {
    throw Error(ExitCode::internal,
                fmt::format("no batch FFT of size {}: it has the factor {}", size, remaining));
  }
}

ComplexLanes* BatchFft::transform(ComplexLanes* data, ComplexLanes* scratch) const {
  const LaneKernels& kernels = laneKernels();
  for (const Stage& stage : stages_) {
    kernels.fftStage({stage.radix, stage.blocks, stage.stride, stage.twiddles.data(), stage.roots.data()},
                     data, scratch);
    std::swap(data, scratch);
  }
  return data;
}

}  // namespace patchpilot
