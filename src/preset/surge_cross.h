#pragma once

#include "preset/surge_patch.h"

#include <optional>
#include <string_view>

namespace patchpilot {

/// A part of a Surge patch that makes sense in another one.
enum class SurgeSection {
  oscillators,  ///< the oscillators with their wavetables, the mixer, FM, drift, the scene's pitch
  filters,      ///< both filters, waveshaper, high-pass, feedback and their configuration
  envelopes,    ///< the filter's and the amplifier's
  modulation,   ///< LFOs with their step sequences, curves and formulas, macros, and every routing
  effects       ///< all effects, what is sent to them and their return levels
};

/// By its name as above; nothing for another one.
std::optional<SurgeSection> surgeSection(std::string_view name);

/// The section that a parameter of the patch belongs to, by its element's name in the XML; nothing for what
/// stays with the patch: polyphony, levels, the scene mode.
std::optional<SurgeSection> sectionOfSurgeElement(std::string_view element);

/// `into` with one section of `from` in place of its own. The section of the scene that is heard is taken;
/// where `into` plays both scenes, each gets the section of the same scene of `from` if that plays both as
/// well. A parameter that is replaced keeps the routings that modulate it, as those belong to the modulation;
/// one that only one of the two patches has is left as it is in `into`.
/// @param into, from  of the same revision, as the values of another may mean something else; what Surge
/// itself
///                    has saved after loading a patch is
/// @throws Error (input) where one has no `<parameters>`, or where the revisions differ.
SurgePatch crossSurgePatches(const SurgePatch& into, const SurgePatch& from, SurgeSection section);

}  // namespace patchpilot
