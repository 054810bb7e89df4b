#pragma once

#include <cstddef>
#include <vector>

#include "audio/buffer.h"

namespace patchpilot {

/// Level of a sound over time: RMS over all channels in dB of full scale, one value for each block of
/// `blockFrames` samples, the last block padded with silence.
std::vector<double> levelEnvelope(const AudioBuffer& sound, std::size_t blockFrames);

/// Where the first note begins, in samples: the first sample that rises out of the noise floor (the
/// level of the quietest tenth of the sound, or of the quietest 29 ms before it is loudest), 50 to 20 dB
/// below the loudest moment, and after which the sound stays there for most of 30 ms, so that a crackle
/// before the note is passed over. A slow attack therefore begins where it becomes audible. 0 where
/// nothing rises.
std::size_t findOnset(const AudioBuffer& sound);

/// Where further notes begin after the one at `onset`, in samples (within 20 ms): after at least 80 ms
/// that are 6 dB or more below the note so far, the level rises by 9 dB or more within 40 ms, to
/// within 15 dB of the loudest moment. Notes that are tied together are not seen.
std::vector<std::size_t> findLaterOnsets(const AudioBuffer& sound, std::size_t onset);

/// When the key was released, in seconds after `onset`, judged by the level alone: the level from the
/// onset to `end` (samples) is cut into straight lines (in dB, least squares, as few as are worth it),
/// and the release is where the most marked bend towards silence is. A sound that only decays has no
/// such bend: then it is the time when it has fallen by 40 dB. In neither case: the end of the sound.
/// @param bridgedSeconds  gaps up to this length, such as those of a gate, do not count
double findRelease(const AudioBuffer& sound, std::size_t onset, std::size_t end, double bridgedSeconds = 0);

}  // namespace patchpilot
