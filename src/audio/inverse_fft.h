#pragma once

#include <complex>
#include <span>

#include "audio/fft.h"

namespace patchpilot {

/// The real samples whose transform by `fft` is a spectrum.
/// @param spectrum  fft.bins() values
/// @param samples   fft.size() values are written; the size is even
void inverseTransform(const RealFft& fft, std::span<const std::complex<float>> spectrum,
                      std::span<float> samples);

}  // namespace patchpilot
