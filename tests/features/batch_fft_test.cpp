#include "features/batch_fft.h"

#include <gtest/gtest.h>

#include <complex>
#include <numbers>

#include "base/error.h"

namespace patchpilot {
namespace {

/// Lane l holds the exponential of bin `(7 * l + 3) % size`, so its spectrum is one spike.
TEST(BatchFft, FindsASpikeInEveryLane) {
  for (const std::size_t size : {1u, 2u, 3u, 9u, 30u, 441u, 1102u, 2205u, 4410u}) {
    const BatchFft fft(size);
    std::vector<ComplexLanes> data(size), scratch(size);
    for (std::size_t t = 0; t < size; ++t) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const std::size_t bin = (7 * lane + 3) % size;
        const auto value = std::polar(1.0, 2 * std::numbers::pi * double(bin * t % size) / double(size));
        data[t].re[lane] = float(value.real());
        data[t].im[lane] = float(value.imag());
      }
    }
    const ComplexLanes* spectrum = fft.transform(data.data(), scratch.data());
    for (std::size_t k = 0; k < size; ++k) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const float expected = k == (7 * lane + 3) % size ? float(size) : 0.0f;
        ASSERT_NEAR(spectrum[k].re[lane], expected, 2e-6 * double(size)) << size << ", bin " << k;
        ASSERT_NEAR(spectrum[k].im[lane], 0, 2e-6 * double(size)) << size << ", bin " << k;
      }
    }
  }
}

TEST(BatchFft, RefusesOtherFactors) { EXPECT_THROW(BatchFft(11), Error); }

}  // namespace
}  // namespace patchpilot
