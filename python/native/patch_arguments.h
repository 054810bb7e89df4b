#pragma once

#include "sound_arrays.h"
#include "synth/engine.h"

#include <vector>

namespace patchpilot::python {

/// Arguments of which Python gives one or several.
template <typename Value>
struct OneOrMany {
  std::vector<Value> values;
  bool one = false;  ///< whether it was not a sequence
};

/// A patch as Python gives it:
/// - None: what the engine has by itself;
/// - a `Patch`;
/// - numbers, one for each parameter of the space, normalized;
/// - a dict of parameter keys and normalized values, which are laid over the engine's own;
/// - the path of a preset or a `.json` patch;
/// - something that has a `patch`, such as a candidate.
/// @throws Error (usage) if it is something else, or a value is not finite or outside 0 to 1; as
/// `readPatchFile`
Patch patchFrom(const py::object& given, Engine& engine);

/// One patch, or a sequence of them; an array of two dimensions is `patches x parameters`.
OneOrMany<Patch> patchesFrom(const py::object& given, Engine& engine);

/// MIDI numbers or `Note`s, one or a sequence. @param velocity, lengthSeconds  of those that are numbers
OneOrMany<Note> notesFrom(const py::object& given, int velocity, double lengthSeconds);

/// @throws Error (usage) if a note is outside of what MIDI has, or its length is not above 0
void checkNote(const Note& note);

}  // namespace patchpilot::python
