#pragma once

#include "base/files.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace patchpilot {

/// What is played: one MIDI note.
struct Note {
  int midi = 60;             ///< MIDI note number, 0 to 127
  int velocity = 100;        ///< 1 to 127
  double lengthSeconds = 2;  ///< from its start to its release
};

/// A point of a parameter space.
struct SpacePoint {
  std::vector<float>
      values;  ///< normalized, one per parameter of the space; none: what the engine has by itself

  bool operator==(const SpacePoint&) const = default;
};

/// The whole state of a preset, with some parameters of a space laid over it.
struct PresetState {
  Bytes state;                              ///< VST3: a .vstpreset; LV2: Turtle
  std::vector<std::optional<float>> moved;  ///< normalized, one per parameter of the space: what replaces the
                                            ///< state's own value; empty if nothing does

  bool operator==(const PresetState&) const = default;
};

/// A sound of an engine: a point of its parameter space, or a preset's state with some parameters moved.
struct Patch {
  std::variant<SpacePoint, PresetState> content;
  std::string source;  ///< where a preset came from, or how it was made of presets; empty for a drawn patch

  static Patch point(std::vector<float> values) { return {SpacePoint{std::move(values)}, {}}; }
  static Patch preset(Bytes state, std::string source = {}) {
    return {PresetState{std::move(state), {}}, std::move(source)};
  }

  bool isPreset() const { return std::holds_alternative<PresetState>(content); }

  /// The parts of a point or a preset. @throws std::bad_variant_access for the other kind
  const std::vector<float>& values() const { return std::get<SpacePoint>(content).values; }
  std::vector<float>& values() { return std::get<SpacePoint>(content).values; }
  const PresetState& preset() const { return std::get<PresetState>(content); }
  PresetState& preset() { return std::get<PresetState>(content); }
};

/// A patch in two fields, as libraries, messages and identities keep it.
struct FlatPatch {
  std::vector<float> values;  ///< of a preset NaN for each value that is as in the state, or none at all
  Bytes state;                ///< empty for a point
};

FlatPatch flat(const Patch& patch);

/// The patch that `flat` gave two fields of.
Patch patchOf(FlatPatch flat, std::string source = {});

}  // namespace patchpilot
