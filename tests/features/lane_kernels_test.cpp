#include "features/lane_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>
#include <vector>

namespace patchpilot {
namespace {

/// Every set of kernels that this processor can run.
std::vector<const LaneKernels*> runnable() {
  std::vector<const LaneKernels*> all{&baseline::kernels};
#ifdef PATCHPILOT_X86_KERNELS
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) all.push_back(&avx2::kernels);
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    all.push_back(&avx512::kernels);
#endif
  return all;
}

TEST(LaneKernels, DecibelsAreAccurate) {
  for (const LaneKernels* kernels : runnable()) {
    for (double power = 1e-10; power < 1e8; power *= 1.37) {
      std::vector<float> values(kLanes);
      for (std::size_t i = 0; i < kLanes; ++i) values[i] = float(power * (1 + 0.07 * double(i)));
      const std::vector<float> powers = values;
      kernels->powersToDb(values.data(), kLanes, 1e-12f, 0, -200);
      for (std::size_t i = 0; i < kLanes; ++i) EXPECT_NEAR(values[i], 10 * std::log10(powers[i]), 2e-5);
    }
  }
}

TEST(LaneKernels, DecibelsStopAtTheFloorAndAtAmin) {
  for (const LaneKernels* kernels : runnable()) {
    std::vector<float> values(kLanes, 0.0f);
    values[0] = 1;
    kernels->powersToDb(values.data(), kLanes, 1e-6f, 3, -80);
    EXPECT_NEAR(values[0], -3, 1e-5);
    EXPECT_NEAR(values[1], -63, 1e-4);
    kernels->powersToDb(values.data(), kLanes, 1e-10f, 3, -80);
    EXPECT_EQ(values[1], -80);
  }
}

TEST(LaneKernels, SumsAndMaximaMeetEveryLane) {
  for (const LaneKernels* kernels : runnable()) {
    std::vector<float> a(200 * kLanes), b(200 * kLanes, 1.0f);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = float(i);
    EXPECT_EQ(kernels->largest(a.data(), a.size()), float(a.size() - 1));
    const double n = double(a.size());
    EXPECT_NEAR(kernels->absoluteDifference(a.data(), b.data(), a.size()), n * (n - 1) / 2 - n + 2,
                n * n * 1e-7);
  }
}

TEST(LaneKernels, EnergyOfTheAverageTakesAnyCount) {
  for (const LaneKernels* kernels : runnable()) {
    std::vector<float> left(100), right(100);
    double expected = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
      EXPECT_NEAR(kernels->averageEnergy(left.data(), right.data(), i), expected, 1e-5 * expected);
      left[i] = float(i), right[i] = 3 - float(i) / 2;
      expected += std::pow((left[i] + right[i]) / 2.0, 2);
    }
  }
}

/// Numbers without a pattern, in 0..1.
std::vector<float> noise(std::size_t count, std::uint32_t seed) {
  std::vector<float> values(count);
  for (float& value : values) {
    seed = seed * 1664525u + 1013904223u;
    value = float(seed >> 8) / float(1 << 24);
  }
  return values;
}

TEST(LaneKernels, ButterfliesAreDfts) {
  for (const int radix : {2, 3, 5, 7, 9, 19, 29}) {
    const auto size = std::size_t(radix);
    std::vector<float> roots, twiddles;
    for (int k = 0; k < radix; ++k) {
      const double angle = -2 * std::numbers::pi * k / radix;
      roots.insert(roots.end(), {float(std::cos(angle)), float(std::sin(angle))});
      twiddles.insert(twiddles.end(), {0, 1});  // i, so that they are seen to be used
    }
    const std::vector<float> numbers = noise(size * 2 * kLanes, std::uint32_t(radix));
    std::vector<ComplexLanes> in(size), out(size);
    std::copy(numbers.begin(), numbers.end(), in[0].re);
    for (const LaneKernels* kernels : runnable()) {
      kernels->fftStage({radix, 1, 1, twiddles.data(), roots.data()}, in.data(), out.data());
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        for (std::size_t k = 0; k < size; ++k) {
          std::complex<double> sum = 0;
          for (std::size_t t = 0; t < size; ++t) {
            const double angle = -2 * std::numbers::pi * double(k * t) / radix;
            sum += std::complex<double>(in[t].re[lane], in[t].im[lane]) * std::polar(1.0, angle);
          }
          if (k > 0) sum *= std::complex<double>(0, 1);  // the first output has no twiddle: it is 1
          ASSERT_NEAR(out[k].re[lane], sum.real(), 1e-5) << radix << ", output " << k;
          ASSERT_NEAR(out[k].im[lane], sum.imag(), 1e-5) << radix << ", output " << k;
        }
      }
    }
  }
}

TEST(LaneKernels, FramesLieSideBySide) {
  constexpr std::size_t kSize = 11, kHop = 5;
  const std::vector<float> left = noise(kSize + kLanes * kHop, 1), right = noise(left.size(), 2);
  const std::vector<float> window = noise(kSize, 3);
  for (const LaneKernels* kernels : runnable()) {
    std::vector<ComplexLanes> frames(kSize);
    kernels->gatherFrames(left.data(), right.data(), kHop, window.data(), kSize, frames.data());
    for (std::size_t i = 0; i < kSize; ++i) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        ASSERT_EQ(frames[i].re[lane], left[lane * kHop + i] * window[i]);
        ASSERT_EQ(frames[i].im[lane], right[lane * kHop + i] * window[i]);
      }
    }
  }
}

TEST(LaneKernels, MassIsThatOfTheAverageOfBothChannels) {
  constexpr std::size_t kSize = 45, kBins = 23;
  const std::vector<float> numbers = noise(kSize * 2 * kLanes, 1);
  std::vector<ComplexLanes> spectrum(kSize);
  std::copy(numbers.begin(), numbers.end(), spectrum[0].re);
  for (const LaneKernels* kernels : runnable()) {
    std::vector<float> mass(kBins * kLanes), share(kLanes);
    kernels->cumulatedMass(spectrum.data(), kSize, 1e-6f, mass.data(), share.data());
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      double sum = 0, sums[kBins], energy = 0, both = 0;
      for (std::size_t k = 0; k < kBins; ++k) {
        const ComplexLanes& a = spectrum[k];
        const ComplexLanes& b = spectrum[k == 0 ? 0 : kSize - k];
        const double leftRe = (a.re[lane] + b.re[lane]) / 2.0, leftIm = (a.im[lane] - b.im[lane]) / 2.0;
        const double rightRe = (a.im[lane] + b.im[lane]) / 2.0, rightIm = (b.re[lane] - a.re[lane]) / 2.0;
        sums[k] = sum += std::hypot((leftRe + rightRe) / 2, (leftIm + rightIm) / 2);
        energy += std::pow((leftRe + rightRe) / 2, 2) + std::pow((leftIm + rightIm) / 2, 2);
        both += (leftRe * leftRe + leftIm * leftIm + rightRe * rightRe + rightIm * rightIm) / 2;
      }
      for (std::size_t k = 0; k < kBins; ++k) ASSERT_NEAR(mass[k * kLanes + lane], sums[k] / sum, 1e-5);
      ASSERT_NEAR(share[lane], energy / both, 1e-5);
    }
  }
}

/// The recurrence as it is written down, cell by cell.
double warpedCostByCells(const std::vector<float>& rows, const std::vector<float>& columns,
                         std::size_t count) {
  const std::size_t n = rows.size() / count, m = columns.size() / count;
  std::vector<double> cost(n * m);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < m; ++j) {
      double distance = 0;
      for (std::size_t k = 0; k < count; ++k)
        distance += std::abs(double(rows[k * n + i]) - columns[k * m + j]);
      double best = i + j == 0 ? distance : 1e300;
      if (i > 0) best = std::min(best, cost[(i - 1) * m + j] + distance);
      if (j > 0) best = std::min(best, cost[i * m + j - 1] + distance);
      if (i > 0 && j > 0) best = std::min(best, cost[(i - 1) * m + j - 1] + 2 * distance);
      cost[i * m + j] = best;
    }
  }
  return cost.back();
}

TEST(LaneKernels, WarpedCostIsTheLeastOfAllWays) {
  constexpr std::size_t kCount = 3, kBefore = 2 * kLanes, kBehind = kLanes;
  for (const std::size_t n : {1u, 2u, 7u, 8u, 16u, 17u, 33u, 50u}) {
    for (const std::size_t m : {1u, 2u, 9u, 16u, 31u, 64u}) {
      const std::vector<float> a = noise(n * kCount, std::uint32_t(n));
      const std::vector<float> b = noise(m * kCount, std::uint32_t(m + 100));
      const std::size_t rowStride = (n + kLanes - 1) / kLanes * kLanes, columnStride = kBefore + m + kBehind;
      std::vector<float> rows(kCount * rowStride), columns(kCount * columnStride, 1e20f);
      for (std::size_t k = 0; k < kCount; ++k) {
        std::copy_n(a.begin() + long(k * n), n, rows.begin() + long(k * rowStride));
        std::reverse_copy(b.begin() + long(k * m), b.begin() + long((k + 1) * m),
                          columns.begin() + long(k * columnStride + kBefore));
      }
      const double expected = warpedCostByCells(a, b, kCount);
      for (const LaneKernels* kernels : runnable()) {
        std::vector<float> edge(m + 3 * kLanes, 1e30f);
        const float cost = kernels->warpedCost(
            {rows.data(), n, rowStride}, {columns.data() + kBefore, m, columnStride}, kCount, edge.data());
        EXPECT_NEAR(cost, expected, 1e-5 * expected) << n << " x " << m;
      }
    }
  }
}

}  // namespace
}  // namespace patchpilot
