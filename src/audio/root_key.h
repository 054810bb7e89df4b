#pragma once

#include <string_view>
#include <vector>

#include "audio/analysis.h"
#include "audio/sound_header.h"

namespace patchpilot {

/// The notes that a file's name names as words of their own, such as "Bass_C2", "Sub (A#1) 03" or "PadF#3";
/// C4 is 60.
std::vector<int> notesInName(std::string_view name);

/// Weighs the keys that a file says against what is heard, and tells the user. Every octave of the pitch
/// (two up, two down) counts as likely as the analysis found it, times a weight: 50 for the key of a chunk,
/// but 2 for 60, which many programs write if they know no key; 8 for a note in the name, and 4 for the
/// octave above, because in many packs C3 is 60. The likeliest is the note. What is not an octave of the
/// pitch is told, and not used. If no pitch was found, the first key of a chunk is the note, or that of the
/// name.
/// @param analysis  of a sound whose note the user did not give; its note and warnings are changed
/// @param name      of the file, without its extension
void weighRootKeys(TargetAnalysis& analysis, const std::vector<RootKey>& keys, std::string_view name);

}  // namespace patchpilot
