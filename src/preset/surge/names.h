#pragma once

#include "preset/surge/patch.h"

#include <optional>
#include <string>

namespace patchpilot {

/// Surge's name of a modulator, by its number: "LFO 1", "Mod wheel". Empty for a number that Surge does not
/// use.
std::string surgeSourceName(int source);

/// The name, without its scene, that the panel and the plug-in's host show for a parameter that can be
/// modulated: "Filter 1 Cutoff" for `a_filter1_cutoff`. Empty for other parameters, and for those whose name
/// depends on the type of the oscillator or effect (`surgeSlotParameter`).
std::string surgeElementName(const std::string& element);

/// A parameter of an oscillator or effect whose meaning depends on the oscillator's or effect's type.
struct SurgeSlotParameter {
  bool ofEffect = false;
  int slot = 0;   ///< which oscillator (1 to 3) or effect (1 to 16, in the plug-in's order)
  int index = 0;  ///< which parameter, from 0
};

/// @return nothing for an element that is no such parameter
std::optional<SurgeSlotParameter> surgeSlotParameter(const std::string& element);

/// How far a routing moves its parameter, in the parameter's unit: "24 semitones", "-35 %". Times and rates
/// are streamed as powers of two; their text is "a factor of 0.25". Nothing if only the plug-in knows:
/// - parameters whose unit depends on the type of the oscillator or effect;
/// - levels, which are streamed as amplitudes and shown in dB.
/// Units and extended ranges as in Surge's Parameter.cpp.
std::optional<std::string> surgeDepthText(const SurgePatch& patch, const SurgeRouting& routing);

}  // namespace patchpilot
