#pragma once

#include <cstddef>

namespace patchpilot {

/// How many frames of a sound are transformed side by side.
inline constexpr std::size_t kLanes = 16;

/// One complex number for each of `kLanes` frames; or one real number for each of two channels.
struct alignas(64) ComplexLanes {
  float re[kLanes];
  float im[kLanes];
};

/// One pass of a Stockham FFT over all lanes.
struct FftStage {
  int radix;              ///< 2, 3, 5, 7, 9, 19 or 29
  std::size_t blocks;     ///< butterflies with different twiddles
  std::size_t stride;     ///< butterflies with the same twiddles, side by side in memory
  const float* twiddles;  ///< blocks x radix x (re, im); the first of each is 1, and not read
  const float* roots;     ///< exp(-2 pi i k / radix), radix x (re, im)
};

/// A sequence of vectors, component after component: component k of frame i is `values[k * stride + i]`.
struct WarpedSequence {
  const float* values;
  std::size_t frames, stride;
};

/// The least power that is turned into decibels, librosa's `amin`.
constexpr float kAmin = 1e-10f;

/// The inner loops of the metrics. The same source (lane_kernels.inl) is compiled once for each generation of
/// processors. Counts of floats are multiples of `kLanes`.
struct LaneKernels {
  /// `in` and `out` hold blocks * stride * radix values and do not overlap.
  void (*fftStage)(const FftStage& stage, const ComplexLanes* in, ComplexLanes* out);

  /// Windows `kLanes` frames, `hop` apart, into the lanes of `out` (size `size`): the left channel
  /// real, the right imaginary.
  void (*gatherFrames)(const float* left, const float* right, std::size_t hop, const float* window,
                       std::size_t size, ComplexLanes* out);

  /// Takes the spectrum of left + i right apart by its symmetry: power of left (re) and of right
  /// (im), size `size / 2 + 1`.
  void (*channelPowers)(const ComplexLanes* spectrum, std::size_t size, ComplexLanes* power);

  /// The weighted sums of `count` real values of both channels, such as one mel band; `left` and `right`
  /// hold kLanes.
  void (*weightedSums)(const ComplexLanes* values, const float* weights, std::size_t count, float* left,
                       float* right);

  /// In place: max(floorDb, 10 log10(max(amin, value)) - referenceDb), within 2e-5 dB.
  void (*powersToDb)(float* values, std::size_t count, float amin, float referenceDb, float floorDb);

  float (*largest)(const float* values, std::size_t count);  ///< of values that are 0 or more

  double (*absoluteDifference)(const float* a, const float* b, std::size_t count);  ///< sum of |a - b|

  /// Of the spectrum of left + i right, `size` bins: magnitudes of the average of both channels, added up
  /// from bin 0 on and divided by their sum (by `leastSum` where that is more), (size / 2 + 1) x kLanes;
  /// and `share`, kLanes: the energy of that average, as a share of the average energy of the channels.
  void (*cumulatedMass)(const ComplexLanes* spectrum, std::size_t size, float leastSum, float* cumulated,
                        float* share);

  /// Sum of the squares of (left + right) / 2; any count.
  float (*averageEnergy)(const float* left, const float* right, std::size_t count);

  /// Least cost of all ways from the first frames of `rows` and `columns` to their last, by steps of one
  /// frame in either or in both: the sum of the frames' distances (sums of `count` absolute differences),
  /// twice where both advance.
  /// @param rows `stride` is at least `frames` rounded up to a multiple of kLanes
  /// @param columns the other sequence back to front, with 2 kLanes values of 1e20 before and kLanes behind
  /// @param edge columns.frames + 3 kLanes values of 1e30; overwritten
  float (*warpedCost)(const WarpedSequence& rows, const WarpedSequence& columns, std::size_t count,
                      float* edge);
};

/// The kernels that suit the processor this runs on.
const LaneKernels& laneKernels();

namespace baseline {
extern const LaneKernels kernels;
}
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define PATCHPILOT_X86_KERNELS 1
namespace avx2 {
extern const LaneKernels kernels;
}
namespace avx512 {
extern const LaneKernels kernels;
}
#endif

}  // namespace patchpilot
