#include "features/lane_kernels.h"

#include <cstdint>
#include <utility>

#ifdef PATCHPILOT_X86_KERNELS
#pragma GCC target("arch=skylake-avx512")

namespace patchpilot::avx512 {
constexpr std::size_t kVectorBytes = 64;
#include "features/lane_kernels.inl"
}  // namespace patchpilot::avx512
#endif
