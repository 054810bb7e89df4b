#include "audio/file.h"
#include "base/error.h"
#include "bindings.h"
#include "embed/embedder.h"
#include "embed/models.h"
#include "interruptible.h"
#include "listen/sound_target.h"
#include "sound_arrays.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

namespace patchpilot::python {

namespace fs = std::filesystem;

namespace {

TargetOptions targetOptions(std::optional<int> note, std::optional<double> length,
                            std::optional<double> start, std::optional<double> duration,
                            bool beginsWithNote) {
  if (note && (*note < 0 || *note > 127)) failUsage("MIDI notes are 0 to 127, not {}", *note);
  if (length && !(*length > 0)) failUsage("a note's length is above 0 seconds, not {:g}", *length);
  if (start && !(*start >= 0)) failUsage("start is 0 or more seconds, not {:g}", *start);
  if (duration && !(*duration > 0)) failUsage("duration is above 0 seconds, not {:g}", *duration);
  TargetOptions options;
  options.note = note;
  options.lengthSeconds = length;
  options.startSeconds = start;
  options.durationSeconds = duration;
  options.beginsWithNote = beginsWithNote;
  return options;
}

using TargetPointer = std::shared_ptr<Target>;

TargetPointer fromFile(const fs::path& file, std::optional<int> note, std::optional<double> length,
                       std::optional<double> start, std::optional<double> duration, bool beginsWithNote) {
  const TargetOptions options = targetOptions(note, length, start, duration, beginsWithNote);
  return interruptible([&](std::stop_token) { return std::make_shared<Target>(readTarget(file, options)); });
}

TargetPointer fromArray(const FloatArray& array, std::optional<int> note, std::optional<double> length,
                        std::optional<double> start, std::optional<double> duration, bool beginsWithNote) {
  const TargetOptions options = targetOptions(note, length, start, duration, beginsWithNote);
  const AudioBuffer sound = stereoSoundOf(array);
  return interruptible([&](std::stop_token) { return std::make_shared<Target>(makeTarget(sound, options)); });
}

/// What analysis may be told, with the defaults that both functions share.
template <typename Definition>
void withTargetArguments(const Definition& define) {
  define(py::kw_only(), py::arg("note") = py::none(), py::arg("length") = py::none(),
         py::arg("start") = py::none(), py::arg("duration") = py::none(),
         py::arg("begins_with_note") = false);
}

/// One sound, or several of equal length.
py::array_t<float> embed(const Embedder& embedder, const FloatArray& array, std::optional<int> note) {
  const auto vectorOf = [&](const FloatArray& one) {
    const AudioBuffer sound = stereoSoundOf(one);
    std::vector<float> vector(std::size_t(embedder.dimension()));
    const py::gil_scoped_release release;
    embedder.embedNote(sound.channel(0), sound.channel(1), note, vector);
    return vector;
  };
  if (array.ndim() != 3) return arrayOf(std::span<const float>(vectorOf(array)));
  py::array_t<float> vectors({array.shape(0), py::ssize_t(embedder.dimension())});
  for (py::ssize_t i = 0; i < array.shape(0); ++i) {
    const std::vector<float> vector =
        vectorOf(FloatArray({array.shape(1), array.shape(2)}, array.data(i, 0, 0)));
    std::copy(vector.begin(), vector.end(), vectors.mutable_data(i, 0));
  }
  return vectors;
}

std::vector<std::string> embedderNames() {
  std::vector<std::string> names{kMelEnvelopeName};
  for (const Model& model : models())
    for (const NetworkEmbedder& embedder : model.embedders)
      if (model.problem.empty() && modelFiles(model)) names.push_back(embedder.name);
  return names;
}

}  // namespace

void bindTargets(py::module_& m) {
  py::class_<Target, TargetPointer> target(
      m, "Target",
      "A sound to match, from its onset to the end of its note, and what was found of its note.");
  withTargetArguments([&](auto... arguments) {
    target.def(
        py::init(&fromArray), py::arg("sound"), arguments...,
        "sound: (samples,) or (channels, samples) at 44.1 kHz. Faults of a recording are corrected, and the\n"
        "first note, its pitch and length are found, unless they are given: note (MIDI), length (seconds "
        "until\n"
        "the release), start and duration (the part to match, seconds), begins_with_note (a clean render:\n"
        "nothing is trimmed or corrected). Raises InputError for silence, ValueError.");
    m.def("read_target", &fromFile, py::arg("file"), arguments...,
          "Reads a sound file of any format and rate that libsndfile knows, as Target() takes a sound.\n"
          "Raises InputError that names the file and what is wrong with it.");
  });
  target
      .def_property_readonly(
          "sound", [](const Target& t) { return arrayOf(t.sound); }, "float32, (2, samples) at 44.1 kHz.")
      .def_readonly("note", &Target::note, "MIDI number.")
      .def_readonly("note_confidence", &Target::noteConfidence, "0 to 1; 1 if the note was given.")
      .def_readonly("note_open", &Target::noteOpen, "Whether the note was only found in the sound.")
      .def_readonly("length", &Target::lengthSeconds, "Seconds from the onset to the release.")
      .def_readonly("length_open", &Target::lengthOpen, "Whether the length was only found in the sound.")
      .def_readonly("start", &Target::startSeconds, "Seconds from the start of the sound given to the onset.")
      .def_readonly("file", &Target::file)
      .def_readonly("warnings", &Target::warnings, "What was corrected or is not sure, a line each.")
      .def_property_readonly("seconds", [](const Target& t) { return t.sound.seconds(); })
      .def_property_readonly(
          "other_notes",
          [](const Target& t) {
            std::vector<int> notes;
            for (const NoteGuess& guess : t.otherNotes) notes.push_back(guess.note);
            return notes;
          },
          "Keys that may have been pressed instead, likeliest first.")
      .def("__repr__", [](const Target& t) {
        return fmt::format("<Target, note {}, {:.2f} s of {:.2f} s>", t.note, t.lengthSeconds,
                           t.sound.seconds());
      });

  py::class_<Embedder>(m, "Embedder", "Turns a sound into a vector; similar sounds have near vectors (L2).")
      .def(py::init([](const std::string& name) {
             const py::gil_scoped_release release;
             return makeEmbedder(name);
           }),
           py::arg("name") = kMelEnvelopeName,
           "Raises InputError if there is no embedder of that name or its weights are missing, MachineError "
           "if it\n"
           "needs networks and this build has none.")
      .def_property_readonly("name", &Embedder::name)
      .def_property_readonly("dimension", &Embedder::dimension)
      .def("embed", &embed, py::arg("sounds"), py::arg("note") = py::none(),
           "(samples,) or (channels, samples): (dimension,). (n, channels, samples): (n, dimension). The "
           "sounds begin\n"
           "with their note. note: MIDI, if it is known.");
  m.def("embedders", &embedderNames, "The names of the embedders whose weights are here.");

  m.def(
      "read_sound",
      [](const fs::path& file) {
        const SoundFile read = interruptible([&](std::stop_token) { return readSound(file); });
        return arrayOf(read.sound);
      },
      py::arg("file"), "A sound file as float32, (2, samples), resampled to 44.1 kHz. Raises InputError.");
  m.def(
      "write_sound", [](const fs::path& file, const FloatArray& sound) { writeWav(file, soundOf(sound)); },
      py::arg("file"), py::arg("sound"),
      "Writes (samples,) or (channels, samples) at 44.1 kHz as a 32-bit float WAV. Raises MachineError.");
}

}  // namespace patchpilot::python
