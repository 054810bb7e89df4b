#pragma once

#include <juce_audio_processors/juce_audio_processors.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace patchpilot {

/// The state of a VST3 as a .vstpreset; empty if it has none.
std::vector<std::uint8_t> vst3Preset(juce::AudioPluginInstance& instance);

/// @param preset  a .vstpreset
/// @return whether the plug-in takes it
bool setVst3Preset(juce::AudioPluginInstance& instance, std::span<const std::uint8_t> preset);

/// The class id of a VST3 as 32 hex digits; empty if it has no preset.
std::string vst3ClassId(juce::AudioPluginInstance& instance);

/// The state of an LV2, as Turtle.
std::vector<std::uint8_t> lv2State(juce::AudioPluginInstance& instance);

/// Whether such a state holds more than values of ports.
bool holdsMoreThanPorts(std::span<const std::uint8_t> lv2State);

}  // namespace patchpilot
