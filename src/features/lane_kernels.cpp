#include "features/lane_kernels.h"

#include <cstdint>
#include <utility>

namespace patchpilot {

/// For any processor: registers of 16 bytes are on every 64-bit machine.
namespace baseline {
constexpr std::size_t kVectorBytes = 16;
#include "features/lane_kernels.inl"
}  // namespace baseline

const LaneKernels& laneKernels() {
#ifdef PATCHPILOT_X86_KERNELS
  static const LaneKernels& best = [&]() -> const LaneKernels& {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512cd")) {
      return avx512::kernels;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")) {
      return avx2::kernels;
    }
    return baseline::kernels;
  }();
  return best;
#else
  return baseline::kernels;
#endif
}

}  // namespace patchpilot
