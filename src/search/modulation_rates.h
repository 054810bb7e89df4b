#pragma once

#include "features/mss.h"

#include <vector>

namespace patchpilot {

/// Estimates the rates at which a sound is modulated while its note is held: by tremolo, vibrato, or an LFO
/// on a filter or a pulse width. A search cannot find such a rate by comparing sounds frame by frame: a patch
/// with a slightly different rate is soon out of phase, and has about the same distance as one with any other
/// rate. So the rate is measured, and LFOs are set to it (`Mutation`).
///
/// The level of each mel band over time (10 ms apart), with its cubic trend removed and a Hann window
/// applied, is transformed to rates of 0.4 to 20 Hz. The result are the peaks of the summed power.
/// @param noteSeconds  how long the note is held
/// @return up to six rates in Hz, strongest first; none if the note is too short
std::vector<double> modulationRates(const MssSpectrum& sound, double noteSeconds);

}  // namespace patchpilot
