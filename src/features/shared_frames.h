#pragma once

#include <cstddef>
#include <functional>

#include "features/lane_kernels.h"
#include "features/padded_sound.h"

namespace patchpilot {

/// Spectra of up to `kLanes` frames of 2205 samples. wMFCC is made of the frames at multiples of 441
/// samples and SOT of those at multiples of 882, so every other frame serves both: a batch holds only
/// frames of even index, or only of odd.
struct FrameBatch {
  static constexpr std::size_t kWindow = 2205, kHop = 441;

  std::size_t firstFrame;        ///< lane l is frame `firstFrame + 2 * l`
  std::size_t lanes;             ///< how many of them are frames of the sound
  const ComplexLanes* spectrum;  ///< of left + i right, Hann window, kWindow bins
  ComplexLanes* scratch;         ///< kWindow values, free to use

  bool even() const { return firstFrame % 2 == 0; }
};

/// Lanes before this one hold the frames of `batch`; those that are not frames get zeros.
void clearSpareLanes(float* rows, std::size_t count, std::size_t lanes);

/// Calls `visit` for each batch of the sound: those of even frames, in order, and, if `alsoOdd`, after
/// each the one of the odd frames between its own.
void visitFrames(const PaddedSound& sound, bool alsoOdd, const std::function<void(const FrameBatch&)>& visit);

}  // namespace patchpilot
