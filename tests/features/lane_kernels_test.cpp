#include "features/lane_kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace patchpilot {
namespace {

/// Every set of kernels that this processor can run.
std::vector<const LaneKernels*> runnable() {
  std::vector<const LaneKernels*> all{&baseline::kernels};
#ifdef PATCHPILOT_X86_KERNELS
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) all.push_back(&avx2::kernels);
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) all.push_back(&avx512::kernels);
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
    EXPECT_NEAR(kernels->absoluteDifference(a.data(), b.data(), a.size()), n * (n - 1) / 2 - n + 2, n * n * 1e-7);
  }
}

}  // namespace
}  // namespace patchpilot
