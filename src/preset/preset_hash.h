#pragma once

#include "base/files.h"

#include <span>
#include <string>

namespace patchpilot {

/// Names a preset by what it sounds like: two presets with this hash in common are one sound under two
/// names. It is taken over
/// - Surge XT (`.fxp` or the state in a `.vstpreset`): every element and attribute of the patch's XML, in
///   its order but with attributes sorted, and the wavetables. What only people and editors read is left
///   out: `<meta>`, `<tags>`, `<lfobanklabels>`, `<dawExtraState>`, `<tempoOnSave>`, and the attributes
///   `label` and `wavetable_display_name`. XML that is not well-formed is hashed as far as its tags go;
/// - other VST3 presets: the plug-in's class and the component state;
/// - LV2: the plug-in's URI, the ports by symbol with their values, and the state properties. Label and
///   comment are left out;
/// - other `.fxp`: the plug-in's id and the chunk or the parameters, without the program name;
/// - anything else: the bytes.
///
/// The same patch saved by two versions of a synth may have two hashes; a library compares the states
/// after loading as well (`ingest/preset_importer.h`).
/// @param bytes of a `.fxp` or a `.vstpreset` file, or an LV2 state in Turtle (as in `Patch::state`)
/// @return 32 hexadecimal digits. Bytes that do not parse are hashed as they are, so this throws nothing
///         of the input's.
std::string presetHash(std::span<const std::uint8_t> bytes);

}  // namespace patchpilot
