#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "features/stft.h"

namespace patchpilot {

/// Mel value of a frequency on Slaney's scale (Auditory Toolbox, 1998): linear below 1 kHz, where
/// 15 mels are reached, and logarithmic above, 27 steps for each factor of 6.4.
double hzToMel(double hz);
double melToHz(double mel);

/// Triangular filters, evenly spaced in mels from 0 Hz to half the sample rate or between two frequencies,
/// each scaled to the area 1 Hz: `librosa.filters.mel(htk=False, norm="slaney")` of librosa 0.10.
/// Each filter keeps only its run of bins that are not zero.
class MelFilterbank {
 public:
  struct Band {
    std::size_t firstBin;        ///< the first bin whose weight is not zero
    std::vector<float> weights;  ///< of the bins from `firstBin` on

    /// The weighted sum of a spectrum's bins. @param spectrum  all of its bins
    float of(std::span<const float> spectrum) const {
      float sum = 0;
      for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * spectrum[firstBin + i];
      return sum;
    }
  };

  /// @param fftSize the bins are those of a real FFT of this size
  MelFilterbank(double sampleRateHz, std::size_t fftSize, std::size_t bands);
  MelFilterbank(double sampleRateHz, std::size_t fftSize, std::size_t bands, double lowestHz,
                double highestHz);

  const std::vector<Band>& bands() const { return bands_; }

  /// Applies the filters to power spectra: `frames x bins` in, `frames x bands` out.
  Spectrogram apply(const Spectrogram& power) const;

 private:
  std::vector<Band> bands_;
};

}  // namespace patchpilot
