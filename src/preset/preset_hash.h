#pragma once

#include "base/files.h"

#include <span>
#include <string>
#include <string_view>

namespace patchpilot {

/// The identity of a preset: two presets with the same hash are one sound under two names. It covers
/// - the audible content, if the synth's dialect knows it (`Dialect::audibleContent`), whatever the file's
///   format;
/// - of other VST3 presets: the plug-in's class and the component state;
/// - of LV2 presets: the plug-in's URI, the ports by symbol with their values, and the state properties,
///   without label and comment;
/// - of other `.fxp`: the plug-in's id and the chunk or the parameters, without the program name;
/// - of anything else: the bytes.
///
/// The same patch saved by two versions of a synth may have two hashes; a library also compares the states
/// after loading (`ingest/preset_importer.h`).
/// @param bytes of a `.fxp` or a `.vstpreset` file, or an LV2 state in Turtle (as in `Patch::state`); bytes
///              that do not parse are hashed as they are, and never throw
/// @return 32 hexadecimal digits
std::string presetHash(std::span<const std::uint8_t> bytes);

/// Adds one of the texts that an identity is made of, so that "a", "bc" is another identity than "ab", "c".
inline void appendPart(std::string& identity, std::string_view part) {
  identity += part;
  identity += '\0';
}

}  // namespace patchpilot
