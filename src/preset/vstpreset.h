#pragma once

#include "base/files.h"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace patchpilot {

/// A chunk of a `.vstpreset` that this program does not look into.
struct VstPresetChunk {
  std::string id;  ///< four characters
  Bytes data;
};

/// A VST3 preset file (Steinberg, "VST 3 Preset Format"): a header with the class id of the plug-in, chunks
/// of bytes, and a list that says where each chunk lies.
struct VstPreset {
  std::string classId;    ///< 32 hexadecimal digits, as the file has them
  Bytes componentState;   ///< 'Comp': what the plug-in's processor reads
  Bytes controllerState;  ///< 'Cont': what its controller reads; empty for most, JUCE's among them
  std::string info;       ///< 'Info': XML, may be empty; see `vstPresetInfo`
  std::vector<VstPresetChunk> others;  ///< all other chunks, in the order of the list
  std::vector<std::string> order;      ///< ids in the order of the list; empty: Comp, Cont, Info, then others
};

/// @throws Error (input): no `.vstpreset`, cut short, or with a chunk that lies outside the file.
VstPreset parseVstPreset(std::span<const std::uint8_t> bytes);

/// The bytes of the file: chunks one after another in `order`, the list last. What `parseVstPreset` read from
/// a file laid out so, comes back byte for byte.
/// @throws Error (input) where `classId` is not 32 hexadecimal digits or a chunk id not four characters.
Bytes serializeVstPreset(const VstPreset& preset);

/// A component state without what JUCE's VST3 wrapper puts after a plug-in's own state (its private data);
/// that of a plug-in not made with JUCE as it is.
std::span<const std::uint8_t> withoutJuceTrailer(std::span<const std::uint8_t> componentState);

/// The XML of an 'Info' chunk, which is where hosts look for what to show in their browsers.
/// @param attributes id and value, such as `Name`, `PlugInName`, `PlugInVendor`, `PlugInCategory`,
///                   `MusicalCategory`, `Comment`, in the order to be written; UTF-8
std::string vstPresetInfo(const std::vector<std::pair<std::string, std::string>>& attributes);

/// The attributes of an 'Info' chunk by their id. Empty where the XML is empty or not well-formed: no preset
/// is refused for its label.
std::map<std::string, std::string> vstPresetAttributes(std::string_view info);

}  // namespace patchpilot
