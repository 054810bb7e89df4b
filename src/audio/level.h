#pragma once

#include "audio/buffer.h"

#include <span>

namespace patchpilot {

/// A render quieter than this is silent, in dB RMS over its whole length.
inline constexpr double kSilentDb = -60.0;

/// What a level in decibels never goes below: digital silence and anything as quiet.
inline constexpr double kSilenceDb = -160.0;

/// Amplitude ratio to decibels, at least `kSilenceDb`.
double amplitudeToDb(double amplitude);
/// Decibels to amplitude ratio.
double dbToAmplitude(double decibels);

/// Largest absolute sample of all channels, linear; 0 for an empty buffer.
double peak(const AudioBuffer& buffer);

/// Root mean square over all channels and frames, in dB of full scale (a full-scale square wave
/// has 0 dB, a sine -3.01 dB); `kSilenceDb` for silence and for an empty buffer.
double rmsDb(const AudioBuffer& buffer);

/// Sum of the squares of samples, in single precision, over many partial sums side by side: fast, and good
/// for some ten thousand samples at a time.
float sumOfSquares(std::span<const float> samples);

/// Multiplies every sample by a gain in decibels.
void applyGainDb(AudioBuffer& buffer, double gainDb);

/// Whether any sample is NaN or infinite.
bool containsNonFinite(std::span<const float> samples);
bool containsNonFinite(const AudioBuffer& buffer);

}  // namespace patchpilot
