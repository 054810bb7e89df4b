#include "patch_arguments.h"

#include "base/error.h"
#include "synth/synth.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <cmath>

namespace patchpilot::python {

namespace {

bool isNumber(const py::handle& object) {
  return PyNumber_Check(object.ptr()) != 0 && PySequence_Check(object.ptr()) == 0;
}

bool isPath(const py::handle& object) {
  return py::isinstance<py::str>(object) || py::hasattr(object, "__fspath__");
}

bool isSequence(const py::handle& object) {
  return PySequence_Check(object.ptr()) != 0 && !isPath(object) && !py::isinstance<py::dict>(object);
}

void checkValue(const ParameterSpec& parameter, float value) {
  if (!(value >= 0 && value <= 1))
    failUsage("parameter '{}' is {}; normalized values lie between 0 and 1", parameter.key, value);
}

Patch pointOf(std::span<const float> values, const ParameterSpace& space) {
  if (values.size() != space.parameters.size())
    failUsage("a patch of {} has {} values, one for each parameter, not {}", space.name,
              space.parameters.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) checkValue(space.parameters[i], values[i]);
  return Patch::point({values.begin(), values.end()});
}

Patch overlaid(const py::dict& changes, Engine& engine) {
  std::vector<float> values = engine.values(Patch());
  for (const auto& [key, value] : changes) {
    const auto name = key.cast<std::string>();
    const auto index = engine.space().find(name);
    if (!index) failUsage("{} has no parameter '{}'", engine.space().name, oneLine(name));
    values[*index] = value.cast<float>();
  }
  return pointOf(values, engine.space());
}

/// @param array  of two dimensions
std::vector<Patch> rowsOf(const FloatArray& array, const ParameterSpace& space) {
  std::vector<Patch> patches;
  const auto width = std::size_t(array.shape(1));
  for (py::ssize_t row = 0; row < array.shape(0); ++row)
    patches.push_back(pointOf({array.data(row, 0), width}, space));
  return patches;
}

}  // namespace

Patch patchFrom(const py::object& given, Engine& engine) {
  if (given.is_none()) return {};
  if (py::isinstance<Patch>(given)) return given.cast<Patch>();
  if (py::isinstance<py::dict>(given)) return overlaid(given.cast<py::dict>(), engine);
  if (isPath(given))
    return readPatchFile(given.cast<std::filesystem::path>(), engine.space(), pluginOf(engine));
  if (py::hasattr(given, "patch")) return patchFrom(given.attr("patch"), engine);
  const FloatArray array = FloatArray::ensure(given);
  if (!array) PyErr_Clear();
  if (!array || array.ndim() != 1)
    failUsage("a patch is None, a Patch, a row of values, a dict of values, or a file, not {}",
              py::str(py::type::of(given)).cast<std::string>());
  return pointOf({array.data(), std::size_t(array.size())}, engine.space());
}

OneOrMany<Patch> patchesFrom(const py::object& given, Engine& engine) {
  if (py::isinstance<py::array>(given)) {
    if (const auto array = FloatArray::ensure(given); array && array.ndim() == 2)
      return {rowsOf(array, engine.space()), false};
    PyErr_Clear();
    return {{patchFrom(given, engine)}, true};
  }
  const bool many = isSequence(given) && (py::len(given) == 0 || !isNumber(given[py::int_(0)]));
  if (!many) return {{patchFrom(given, engine)}, true};
  OneOrMany<Patch> patches;
  for (const py::handle& one : given)
    patches.values.push_back(patchFrom(py::reinterpret_borrow<py::object>(one), engine));
  return patches;
}

OneOrMany<Note> notesFrom(const py::object& given, int velocity, double lengthSeconds) {
  const auto noteFrom = [&](const py::handle& one) {
    const Note note =
        py::isinstance<Note>(one)
            ? one.cast<Note>()
            : Note{py::int_(py::reinterpret_borrow<py::object>(one)).cast<int>(), velocity, lengthSeconds};
    checkNote(note);
    return note;
  };
  if (!isSequence(given)) return {{noteFrom(given)}, true};
  OneOrMany<Note> notes;
  for (const py::handle& one : given) notes.values.push_back(noteFrom(one));
  return notes;
}

void checkNote(const Note& note) {
  if (note.midi < 0 || note.midi > 127) failUsage("MIDI notes are 0 to 127, not {}", note.midi);
  if (note.velocity < 1 || note.velocity > 127)
    failUsage("MIDI velocities are 1 to 127, not {}", note.velocity);
  if (!(note.lengthSeconds > 0 && note.lengthSeconds <= 600))
    failUsage("a note lasts above 0 and at most 600 seconds, not {:g}", note.lengthSeconds);
}

}  // namespace patchpilot::python
