#pragma once

#include "base/files.h"
#include "preset/fxp.h"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace patchpilot {

/// The four characters by which Surge knows its `.fxp` files.
inline constexpr const char* surgeFxId = "cjs3";

/// A patch of Surge or Surge XT as the synth streams it (format as in its SurgePatch.cpp): the tag 'sub3',
/// the size of the XML, the sizes of six wavetables (2 scenes x 3 oscillators), the XML, the wavetables, and
/// since XT 1.3 a block of other data. The XML is kept as text and edited as text: an edit changes the bytes
/// of what it edits and no others, which matters as hand-made patches need not be well-formed.
struct SurgePatch {
  std::string xml;
  std::array<std::uint32_t, 6> wavetableBytes{};  ///< scene A oscillators 1 to 3, then scene B's
  Bytes tail;                                     ///< the wavetables and whatever follows
  bool bareXml = false;                           ///< very old: XML alone, without the header
};

/// What Surge's browser shows of a patch. A field that is empty was not there, or is not to be changed.
/// UTF-8.
struct SurgeMeta {
  std::optional<std::string> name;
  std::optional<std::string> category;
  std::optional<std::string> author;
  std::optional<std::string> comment;
};

/// A modulation routing: a `<modrouting>` inside the element of the parameter that it modulates.
struct SurgeRouting {
  std::string element;  ///< the parameter's name in the XML, such as `a_filter1_cutoff`
  int source = 0;       ///< Surge's number of the modulator: 17 to 22 are voice LFOs 1 to 6
  double depth = 0;     ///< in the parameter's own unit
  int sourceIndex = 0;  ///< which output, for modulators that have several
  bool muted = false;
  std::optional<int> sourceScene;  ///< for global parameters only: 0 is scene A
};

/// A parameter's element in the XML with some of its attributes, in Surge's own units and not normalized:
/// `type` (0 whole, 2 real), `value`, and where needed `extend_range`, `temposync`, `deform_type`,
/// `deactivated`.
struct SurgeRawValue {
  std::string element;
  std::vector<std::pair<std::string, std::string>> attributes;  ///< name and value
};

/// Reads a patch from the chunk of a `.fxp` or from the component state of the VST3, whose trailer (JUCE's
/// private data) is left out.
/// @throws Error (input): no Surge patch, cut short, with XML of 4 MB or more, which Surge refuses as well,
///         or with XML that is made to harm whoever reads it (`dangerInXml`).
SurgePatch parseSurgePatch(std::span<const std::uint8_t> chunk);

/// The bytes as Surge streams them, without JUCE's trailer.
Bytes serializeSurgePatch(const SurgePatch& patch);

/// Where a state or a file with a Surge patch in it can be cut so that patches which share a wavetable share
/// a piece: ends of pieces, ascending, the last of them the size of `bytes`. Anything else is one piece.
std::vector<std::size_t> surgeStateCuts(std::span<const std::uint8_t> bytes);

/// A patch that holds nothing, so that every parameter takes Surge's built-in default whatever patch a user
/// has made the initial one.
/// @param revision of the streaming format in which values will be set; Surge converts older ones itself
SurgePatch emptySurgePatch(int revision = 24);

/// The revision of the streaming format that the patch says it has; 0 where it says none. Surge converts
/// older ones; newer ones than its own it misreads. @throws Error (input) where there is no `<patch>`.
int surgeRevision(const SurgePatch& patch);

SurgeMeta surgeMeta(const SurgePatch& patch);

/// Sets the fields that `meta` holds and leaves the others. @throws Error (input) where there is no
/// `<patch>`.
void setSurgeMeta(SurgePatch& patch, const SurgeMeta& meta);

/// Adds a routing, or replaces the one from the same modulator to the same parameter.
/// @throws Error (input) where the patch has no such parameter.
void setSurgeRouting(SurgePatch& patch, const SurgeRouting& routing);

/// All routings of a patch, in its order.
std::vector<SurgeRouting> surgeRoutings(const SurgePatch& patch);

/// What Surge calls a modulator by its number: "LFO 1", "Mod wheel". Empty for a number that it does not
/// have.
std::string surgeSourceName(int source);

/// What the panel, and the plug-in towards its host, calls a parameter that can be modulated, its scene left
/// out: "Filter 1 Cutoff" for `a_filter1_cutoff`. Empty for what is none or has another name with every type
/// of oscillator or effect (`surgeSlotParameter`).
std::string surgeElementName(const std::string& element);

/// A parameter of an oscillator or an effect that means something else with every type of it.
struct SurgeSlotParameter {
  bool ofEffect = false;
  int slot = 0;   ///< which oscillator (1 to 3) or effect (1 to 16, in the plug-in's order)
  int index = 0;  ///< which parameter, from 0
};

/// @return nothing for an element that is no such parameter
std::optional<SurgeSlotParameter> surgeSlotParameter(const std::string& element);

/// How far a routing moves its parameter, in the parameter's unit: "24 semitones", "-35 %". A time or a rate
/// is streamed as a power of two and told as "a factor of 0.25". Nothing where only the plug-in knows: for
/// what has another unit with every type of oscillator or effect, and for levels, streamed as amplitudes and
/// shown in dB. Units and extended ranges as in Surge's Parameter.cpp.
std::optional<std::string> surgeDepthText(const SurgePatch& patch, const SurgeRouting& routing);

/// The name that Surge shows of an oscillator's wavetable, UTF-8; empty where the patch has none: for
/// oscillators that use none, and in old patches. @param scene 0 or 1; @param oscillator 0 to 2
std::string surgeWavetableName(const SurgePatch& patch, int scene, int oscillator);

/// Sets attributes of a parameter's element. One that is not there is added, as Surge leaves out the
/// parameters of effects that are off. @throws Error (input) where there are no `<parameters>`.
void setSurgeValue(SurgePatch& patch, const SurgeRawValue& value);

/// One attribute of a parameter's element (`value` for the most part), or nothing where it is not there.
std::optional<std::string> surgeValue(const SurgePatch& patch, const std::string& element,
                                      const std::string& attribute = "value");

/// Writes what a parameter space keeps fixed into a state.
/// @param componentState of the VST3, or a `.fxp` chunk; empty for `emptySurgePatch`
/// @return a component state of the VST3
Bytes applySurgeBase(std::span<const std::uint8_t> componentState, const std::vector<SurgeRouting>& routings,
                     const std::vector<SurgeRawValue>& values);

/// The `.fxp` that holds this state. @param componentState of the VST3; @param name shown by VST2 hosts,
/// UTF-8
Fxp surgeFxp(std::span<const std::uint8_t> componentState, const std::string& name);

/// The component state, for the VST3, of a patch in a `.fxp`: its chunk as it is, and JUCE's trailer.
/// @throws Error (input) where the file is another plug-in's or holds no Surge patch.
Bytes surgeComponentState(const Fxp& fxp);

}  // namespace patchpilot
