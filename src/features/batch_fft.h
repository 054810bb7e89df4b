#pragma once

#include <cstddef>
#include <vector>

#include "features/lane_kernels.h"

namespace patchpilot {

/// Forward FFT of `kLanes` complex signals at once, one in each lane. For sizes with factors such
/// as 19 and 29 this is several times faster than FFTW, which has no code for them: here every
/// butterfly, whatever its radix, works on all lanes in step. Safe to use from several threads.
/// Stockham's self-sorting algorithm (Cochran et al., "What is the fast Fourier transform?", 1967).
class BatchFft {
 public:
  /// @param size a product of 2, 3, 5, 7, 19 and 29
  explicit BatchFft(std::size_t size);

  std::size_t size() const { return size_; }

  /// Transforms `data`; both arrays hold size() values and both are overwritten.
  /// @return the one of the two that holds the spectrum, unscaled, bin 0 first
  ComplexLanes* transform(ComplexLanes* data, ComplexLanes* scratch) const;

 private:
  struct Stage {
    int radix;
    std::size_t blocks, stride;
    std::vector<float> twiddles, roots;
  };

  std::size_t size_;
  std::vector<Stage> stages_;
};

}  // namespace patchpilot
