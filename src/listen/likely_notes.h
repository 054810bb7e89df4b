#pragma once

#include "listen/target.h"

#include <span>
#include <vector>

namespace patchpilot {

/// The notes that a target may have been played with, likeliest first, with shares that add up to 1; the note
/// alone if it is known. They are the note that is heard and its octaves, as likely as the analysis says, the
/// intervals by which detuned oscillators mislead it, and some notes that are played often. None is certain:
/// they are to be rendered and compared.
/// @param learned  what networks that know the synth say of notes, if there are such: the shares add up to 1.
///                 They have three quarters of the say: they know the synth, but no other sounds
std::vector<NoteGuess> likelyNotes(const Target& target, std::span<const NoteGuess> learned = {});

}  // namespace patchpilot
