#pragma once

#include "features/mss.h"

#include <vector>

namespace patchpilot {

/// At which rates a sound wavers while its note is held, in Hz, the strongest first: a tremolo, a vibrato, a
/// filter or a pulse width that an LFO moves. What a patch of another rate makes is out of step with it soon,
/// so that a comparison frame by frame does not tell that one rate is nearer than another; a rate that is
/// heard can be set instead.
///
/// The levels of all mel bands over time (10 ms apart), each without its cubic trend and under a Hann window,
/// are transformed to rates of 0.4 to 20 Hz; the peaks of the sum of their powers are told.
/// @param noteSeconds  how long the note is held
/// @return at most six; none where the note is held for too short to tell
std::vector<double> modulationRates(const MssSpectrum& sound, double noteSeconds);

}  // namespace patchpilot
