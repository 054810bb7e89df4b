#include "features/lane_kernels.h"

#include <cstdint>
#include <utility>

#ifdef PATCHPILOT_X86_KERNELS
#pragma GCC target("arch=haswell")

namespace patchpilot::avx2 {
constexpr std::size_t kVectorBytes = 32;
#include "features/lane_kernels.inl"
}  // namespace patchpilot::avx2
#endif
