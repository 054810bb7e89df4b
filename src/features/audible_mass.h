#pragma once

#include "features/padded_sound.h"
#include "features/sot.h"

namespace patchpilot {

/// Takes the mass from the frames of a sound that nobody hears, which are 80 dB or more below its loudest:
/// their spectrum is that of rounding, or of what a correction has left.
/// @param mass  of `sound`
void muteInaudible(SpectralMass& mass, const PaddedSound& sound);

}  // namespace patchpilot
