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

/// The id of Surge's `.fxp` files.
inline constexpr const char* surgeFxId = "cjs3";

/// A patch of Surge or Surge XT as the synth streams it (format as in its SurgePatch.cpp): the tag 'sub3',
/// the size of the XML, the sizes of six wavetables (2 scenes x 3 oscillators), the XML, the wavetables, and
/// since XT 1.3 a block of other data. The XML is kept and edited as text: an edit changes the bytes of the
/// element that it edits and no others, because hand-made patches need not be well-formed.
struct SurgePatch {
  std::string xml;
  std::array<std::uint32_t, 6> wavetableBytes{};  ///< scene A oscillators 1 to 3, then scene B's
  Bytes tail;                                     ///< the wavetables and the bytes after them
  bool bareXml = false;                           ///< very old: XML alone, without the header
};

/// The fields of a patch's `<meta>`, UTF-8. An empty optional was not in the patch, or is not to be changed.
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
/// `type` (0 whole, 2 real), `value`, and optionally `extend_range`, `temposync`, `deform_type`,
/// `deactivated`.
struct SurgeRawValue {
  std::string element;
  std::vector<std::pair<std::string, std::string>> attributes;  ///< name and value
};

/// Reads a patch from the chunk of a `.fxp` or from the component state of the VST3. JUCE's private data
/// after the patch are left out.
/// @throws Error (input): not a Surge patch; cut short; XML of 4 MB or more, which Surge refuses as well; or
/// XML that is harmful to parse (`dangerInXml`).
SurgePatch parseSurgePatch(std::span<const std::uint8_t> chunk);

/// The bytes as Surge streams them, without JUCE's trailer.
Bytes serializeSurgePatch(const SurgePatch& patch);

/// Cuts a patch between its XML and its wavetables, so that patches with the same wavetable have a piece in
/// common. The sizes in the header need not be true.
/// @param bytes  from the tag 'sub3' on
/// @return ends of the pieces, ascending; the last is the size of `bytes`
std::vector<std::size_t> surgePieceEnds(std::span<const std::uint8_t> bytes);

/// A patch without any parameter, so that every parameter takes Surge's built-in default, whatever initial
/// patch the user has chosen.
/// @param revision of the streaming format in which values will be set; Surge converts older ones itself
SurgePatch emptySurgePatch(int revision = 24);

/// The patch's revision of the streaming format; 0 if it has none. Surge converts older revisions and
/// misreads newer ones. @throws Error (input) if there is no `<patch>`.
int surgeRevision(const SurgePatch& patch);

SurgeMeta surgeMeta(const SurgePatch& patch);

/// Sets the fields that `meta` holds and leaves the others. @throws Error (input) if there is no `<patch>`.
void setSurgeMeta(SurgePatch& patch, const SurgeMeta& meta);

/// Adds a routing, or replaces the one from the same modulator to the same parameter.
/// @throws Error (input) if the patch has no such parameter.
void setSurgeRouting(SurgePatch& patch, const SurgeRouting& routing);

/// All routings of a patch, in its order.
std::vector<SurgeRouting> surgeRoutings(const SurgePatch& patch);

/// The name that Surge shows for an oscillator's wavetable, UTF-8. Empty if the patch has none: for
/// oscillators without a wavetable, and in old patches. @param scene 0 or 1; @param oscillator 0 to 2
std::string surgeWavetableName(const SurgePatch& patch, int scene, int oscillator);

/// Sets attributes of a parameter's element. Adds the element if it is missing: Surge leaves out the
/// parameters of effects that are off. @throws Error (input) if there are no `<parameters>`.
void setSurgeValue(SurgePatch& patch, const SurgeRawValue& value);

/// One attribute of a parameter's element, or nothing if the patch does not have it.
std::optional<std::string> surgeValue(const SurgePatch& patch, const std::string& element,
                                      const std::string& attribute = "value");

/// Writes routings and values into a state.
/// @param componentState of the VST3, or a `.fxp` chunk; empty for `emptySurgePatch`
/// @return a component state of the VST3
Bytes applySurgeBase(std::span<const std::uint8_t> componentState, const std::vector<SurgeRouting>& routings,
                     const std::vector<SurgeRawValue>& values);

/// The `.fxp` that holds this state. @param componentState of the VST3; @param name shown by VST2 hosts,
/// UTF-8
Fxp surgeFxp(std::span<const std::uint8_t> componentState, const std::string& name);

/// The VST3's component state for the patch in a `.fxp`: its chunk, unchanged, and JUCE's trailer.
/// @throws Error (input) if the file is another plug-in's or holds no Surge patch.
Bytes surgeComponentState(const Fxp& fxp);

}  // namespace patchpilot
