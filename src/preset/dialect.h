#pragma once

#include "base/files.h"

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace patchpilot {

/// What a synth's browser shows of a preset. UTF-8; an unknown field is empty.
struct PresetLabel {
  std::string name;
  std::string category;
  std::string author;
  std::string comment;
};

/// A value of one of the plug-in's parameters, whether a space knows it or not.
struct ParameterValue {
  std::string id;
  float value = 0;  ///< normalized
};

/// One parameter of the plug-in with a patch applied.
struct ParameterReading {
  std::string id;
  std::string name;  ///< as it is with this patch
  float value = 0;   ///< normalized
  std::string text;  ///< as the plug-in displays the value
};

/// One patch in a running plug-in, for what only the plug-in knows.
/// All functions throw Error (plugin) if the plug-in fails.
class PatchInPlugin {
 public:
  virtual ~PatchInPlugin() = default;

  /// All of the plug-in's parameters, in its order.
  virtual const std::vector<ParameterReading>& readings() = 0;

  /// The whole state, with `values` laid over the patch.
  virtual Bytes stateWith(const std::vector<ParameterValue>& values) = 0;

  /// The text that the plug-in would display for each of `values`.
  virtual std::vector<std::string> textsOf(const std::vector<ParameterValue>& values) = 0;
};

/// A file that a state contains, such as a wavetable, in words.
struct ContentWords {
  std::string parameter;  ///< named as the plug-in would name a parameter: "A Osc 1 Wavetable"
  std::string text;       ///< its name
};

/// A modulation routing, in words.
struct RoutingWords {
  std::string source;       ///< "LFO 1"
  std::string destination;  ///< "Filter 1 Cutoff"
  std::string depth;        ///< "by 24 semitones", "from -6.02 dB to 0.00 dB"
};

/// The audible contents of a state that are not parameters of the plug-in, in words.
struct StateWords {
  std::vector<ContentWords> contents;
  std::vector<RoutingWords> routings;
};

/// The state from which patches start: rows of a space's `[[base.modulation]]` and `[[base.raw]]`, each a map
/// of fields to their text. The dialect defines the fields.
struct StateContent {
  std::vector<std::map<std::string, std::string>> modulations;  ///< routings
  std::vector<std::map<std::string, std::string>> raw;          ///< values that no parameter reaches
};

/// Folders of presets.
struct PresetFolders {
  std::vector<std::filesystem::path> searched;  ///< in order
  std::vector<std::filesystem::path> found;
};

/// The format of one synth's own states. The base class is the dialect of a synth whose states only its
/// plug-in understands; a dialect overrides what it knows better.
///
/// Two terms:
/// - a *state* is what `Patch::state` holds; for a VST3, a `.vstpreset`;
/// - the *inner state* is the plug-in's own bytes within it: the component state in a `.vstpreset`, or the
///   chunk of a `.fxp`.
/// All functions throw Error (input) if the bytes are damaged.
class Dialect {
 public:
  virtual ~Dialect() = default;

  // Identity

  /// The bytes in which two states differ if they may sound different: names, comments and the like are left
  /// out. Nothing if only the whole state identifies a preset.
  virtual std::optional<std::string> audibleContent(std::span<const std::uint8_t> innerState) const;

  // Labels

  /// The label inside a state; empty if there is none.
  virtual PresetLabel label(std::span<const std::uint8_t> innerState) const;

  /// The state with another label inside; unchanged if the format keeps no label there.
  virtual Bytes withLabel(const Bytes& state, const PresetLabel& label) const;

  // Contents

  /// The component state of the VST3 that holds the same as the chunk of a VST2 program.
  virtual Bytes componentState(const Bytes& chunk) const;

  /// A state that holds `content` and otherwise the synth's built-in defaults, whatever initial patch the
  /// user has chosen. Nothing if only the plug-in can make a state.
  /// @param classId  of the VST3, 32 hexadecimal digits
  virtual std::optional<Bytes> baseState(const std::string& classId, const StateContent& content) const;

  /// `into` with one part of `from` in place of its own, including contents that no parameter reaches.
  /// Nothing if the format has no such part; then only parameters can be crossed.
  /// @param into, from  states that the same version of the synth has saved
  /// @param part        key of a space's crossing, such as "oscillators"
  virtual std::optional<Bytes> withPart(const Bytes& into, const Bytes& from, std::string_view part) const;

  /// The state with everything said that the synth would keep from the state before if it were missing, as a
  /// new instance has it: two states then sound the same in any order. What the state says itself stays.
  virtual Bytes complete(const Bytes& state) const;

  // Revisions

  /// Whether states say which revision of the format they have.
  virtual bool hasRevisions() const;

  /// The revision of a state's format; greater is newer. 0 if the state does not say it.
  virtual int revision(const Bytes& state) const;

  // Storage

  /// Cuts an inner state into pieces that many presets have in common, such as wavetables.
  /// @return ends of the pieces, ascending; the last is the size of `innerState`
  virtual std::vector<std::size_t> pieceEnds(std::span<const std::uint8_t> innerState) const;

  // Folders

  /// The folders with the factory's presets and with those of others that come with the synth. Nothing if
  /// they lie in the plug-in format's standard places. @param plugin  the plug-in's bundle
  virtual std::optional<PresetFolders> factoryFolders(const std::filesystem::path& plugin) const;

  /// The folder that the synth's own browser shows to the user; empty for an extension that it does not show.
  /// Nothing if presets lie in the plug-in format's standard places.
  virtual std::optional<std::filesystem::path> userFolder(const std::string& extension) const;

  // Words

  /// Whether a parameter belongs to a part of the synth that does not play in this patch.
  virtual bool isSilent(const ParameterReading& parameter, const std::vector<ParameterReading>& patch) const;

  /// The contents of the patch's state that are not parameters.
  virtual StateWords words(PatchInPlugin& patch) const;
};

/// The dialect of a synth, by the id that its space names: that of its `.fxp` files, or if it has none, the
/// VST3's class id or the LV2's URI. The base class's if the synth is not in the table (dialects.cpp).
const Dialect& dialectOfSynth(std::string_view id);

/// The dialect whose tag an inner state begins with; the base class's if it begins with none.
const Dialect& dialectOfInnerState(std::span<const std::uint8_t> innerState);

/// Cuts a state, or a preset file, of an unknown synth by the dialect whose tag is found at the start of the
/// file or after its header; one piece if no tag is found.
/// @return ends of the pieces, ascending; the last is the size of `bytes`
std::vector<std::size_t> pieceEndsOfState(std::span<const std::uint8_t> bytes);

/// The synths of the table with their ids as a space's [synth] names them, for messages.
std::string dialectNames();

}  // namespace patchpilot
