#pragma once

#include "preset/turtle.h"

#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace patchpilot {

/// A property of an LV2 plug-in's saved state (LV2 "state" extension), kept as it was read.
struct Lv2StateProperty {
  std::string key;   ///< URI of the property
  TurtleNode value;  ///< a literal, with its datatype; a URI; or, if blank, a structure of `parts`
  std::vector<Lv2StateProperty> parts;  ///< of a vector, a tuple or an object
};

/// A preset of an LV2 plug-in (LV2 "presets" extension, http://lv2plug.in/ns/ext/presets).
struct Lv2Preset {
  std::string pluginUri;
  std::string label;                    ///< what a host shows, UTF-8
  std::string comment;                  ///< UTF-8, may be empty
  std::map<std::string, float> ports;   ///< control ports by symbol; plain values, in the port's own range
  std::vector<Lv2StateProperty> state;  ///< for plug-ins whose ports are not all
  std::string bank;                     ///< name of the group in which hosts show it, UTF-8, may be empty
  std::string author;                   ///< UTF-8, may be empty
  std::string uri;                      ///< its own; known of what was read from a bundle
};

/// Writes a bundle: a folder with `manifest.ttl` and `preset.ttl`, which appears whole or not at all. Values
/// are written so that they read back as the same floats.
/// @param bundle ends in `.lv2`
/// @param replace whether a folder that exists may be replaced
/// @throws Error (usage) where `bundle` exists and `replace` is false; (input) for a URI or a symbol that is
/// none, or a value that is not finite; (system) where it cannot be written.
void writeLv2Preset(const std::filesystem::path& bundle, const Lv2Preset& preset, bool replace = false);

/// Reads all presets of a bundle, a plug-in's own bundle with its factory presets included, in the order of
/// their URIs. Relative paths in a state are made absolute, as they lie in the bundle. A number with a
/// decimal comma is read as such. Only files that lie in the bundle itself are opened: what a manifest says
/// of other places, on disk or on the net, is not followed, nor are symbolic links, unless manifest and file
/// are links into one folder, as GNU Stow makes them. Nothing is executed.
/// @param pluginUri if not empty, only presets of this plug-in
/// @throws Error (input): no bundle, no preset in it, text that is no Turtle, or one that points elsewhere; a
/// port or a property of state that is given two values.
std::vector<Lv2Preset> readLv2Presets(const std::filesystem::path& bundle, const std::string& pluginUri = "");

/// The plug-ins, by their URIs, that have presets in a bundle, as its manifest says.
/// @throws Error (input): no bundle, or a manifest that is no Turtle.
std::set<std::string> lv2PresetOwners(const std::filesystem::path& bundle);

/// The preset in a plug-in's state as LV2 hosts keep it: one preset in Turtle, as lilv writes and JUCE hands
/// over.
/// @throws Error (input) for text that is no Turtle or holds no preset.
Lv2Preset parseLv2State(const std::string& turtle);

/// The files that an LV2 state names, such as samples, that are not there.
/// @param state  as Turtle; no file is named by a state of another format
std::vector<std::string> missingFiles(std::span<const std::uint8_t> state);

/// The other way: the state, as Turtle, that gives a plug-in this preset's values.
std::string lv2StateText(const Lv2Preset& preset);

}  // namespace patchpilot
