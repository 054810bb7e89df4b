#pragma once

#include "listen/target.h"

#include <vector>

namespace patchpilot {

/// The notes that a target may have been played with, likeliest first, with shares that add up to 1; the note
/// alone if it is known. They are the note that is heard and its octaves, as likely as the analysis says, the
/// intervals by which detuned oscillators mislead it, and some notes that are played often. None is certain:
/// they are to be rendered and compared.
std::vector<NoteGuess> likelyNotes(const Target& target);

}  // namespace patchpilot
