#pragma once

#include "preset/surge/patch.h"

#include <optional>
#include <string_view>

namespace patchpilot {

/// A part of a Surge patch that can replace the same part of another one.
enum class SurgeSection {
  oscillators,  ///< the oscillators with their wavetables, the mixer, FM, drift, the scene's pitch
  filters,      ///< both filters, waveshaper, high-pass, feedback and their configuration
  envelopes,    ///< the filter's and the amplifier's
  modulation,   ///< LFOs with their step sequences, curves and formulas, macros, and every routing
  effects       ///< all effects, their send levels and their return levels
};

/// By its name as above; nothing for another name.
std::optional<SurgeSection> surgeSection(std::string_view name);

/// The section of a parameter, by its element's name in the XML. Nothing for parameters that stay with the
/// patch: polyphony, levels, the scene mode.
std::optional<SurgeSection> sectionOfSurgeElement(std::string_view element);

/// Replaces one section of `into` by that of `from`. The section comes from the scene that is heard; if
/// `into` plays both scenes, each scene gets the section of the same scene of `from`, provided that `from`
/// plays both as well. A parameter that is replaced keeps the routings that modulate it, because those belong
/// to the modulation. A parameter that only one of the patches has stays as it is in `into`.
/// @param into, from  of the same revision, because a value may mean something else in another revision;
///                    Surge writes its own revision when it saves a patch that it has loaded
/// @throws Error (input) if one has no `<parameters>`, or if the revisions differ.
SurgePatch crossSurgePatches(const SurgePatch& into, const SurgePatch& from, SurgeSection section);

}  // namespace patchpilot
