#pragma once

#include <span>
#include <string>
#include <vector>

#include "audio/buffer.h"

namespace patchpilot {

/// A recording without its technical faults.
struct CorrectedRecording {
  AudioBuffer sound;                     ///< of the same shape
  std::vector<std::string> corrections;  ///< what was corrected, one line each, for the user
};

/// Removes from a recording what its player did not play, so that it is compared as it is heard. A sound
/// without faults comes back to the bit. In this order:
/// - a level 6 dB or more beyond full scale, as files in floating point may have. It is attenuated to full
///   scale.
/// - clipped peaks: three or more equal samples in a row at the level of the peak, into which the sound
///   runs steeply. They are restored by parabolas between the samples around them, up to 6 dB above that
///   level, unless they make up more than 15 % of the sound.
/// - a DC offset: the mean over 100 ms is the same throughout the sound, and above -50 dB of its peak. It
///   is subtracted.
/// - rumble: what lies below 55 Hz is also there, and as loud, when the rest is quiet. It is filtered out
///   by a high-pass (Butterworth, 48 dB per octave), at the highest of 20, 30, 40, 55 and 80 Hz that leaves
///   the pitch alone.
/// - an empty side: 40 dB or more below the other; or a weak copy of it (20 dB or more below); or noise
///   that does not follow it (12 dB or more below). The other side is copied to it.
/// - an inverted side: the correlation of both sides is -0.7 or less. The right one is inverted.
/// - steady noise (`reduceNoise`).
/// - a very low level: the peak is below -42 dB. The sound is amplified to a peak of -12 dB.
/// @param sound  at 44.1 kHz, two channels, finite samples, at least one frame
CorrectedRecording correctRecording(const AudioBuffer& sound);

/// The correlation of two sides, -1 to 1; 0 if one of them is silent.
/// @param left, right  of equal length
double correlation(std::span<const float> left, std::span<const float> right);

/// Whether two sides cancel if they are added: their correlation is -0.7 or less.
bool sidesCancel(std::span<const float> left, std::span<const float> right);

}  // namespace patchpilot
