#include "base/error.h"
#include "base/files.h"
#include "bindings.h"
#include "data/example_builder.h"
#include "data/network_input.h"
#include "engine_handle.h"
#include "interruptible.h"
#include "patch_arguments.h"
#include "sound_arrays.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

namespace patchpilot::python {

namespace fs = std::filesystem;

namespace {

/// The columns of `networkFeatureColumns` that are tables, and the shapes that they have.
py::dict columnShapes() {
  using F = NetworkFeatures;
  return py::dict(py::arg("picture") = py::make_tuple(F::kFrames, F::kFrameValues),
                  py::arg("modulation") = py::make_tuple(F::kGroups, 2, F::kRates));
}

py::dict readDataset(const fs::path& folder) {
  const ExampleSetFolder set{folder};
  const ExampleSetAbout about = set.about();
  const std::vector<fs::path> files = set.shardFiles();
  if (files.empty()) failInput("{} holds no examples; go on with building it", folder.string());
  return py::dict(
      py::arg("files") = files, py::arg("space") = std::make_shared<ParameterSpace>(spaceOf(about, folder)),
      py::arg("synth") = about.synth, py::arg("protocol") = about.protocol, py::arg("seed") = about.seed,
      py::arg("bpm") = about.tempoBpm, py::arg("shapes") = columnShapes());
}

std::size_t buildDataset(EngineHandle& handle, const fs::path& folder, std::size_t count, std::uint64_t seed,
                         const std::string& protocol, const std::optional<py::function>& onProgress) {
  if (count == 0) failUsage("count is at least 1, not 0");
  ExampleBuildOptions options;
  options.count = count;
  options.seed = seed;
  options.protocol = protocol;
  if (onProgress)
    options.onProgress = [&](const ExampleBuildProgress& progress) {
      const py::gil_scoped_acquire acquire;
      (*onProgress)(progress.examples, progress.wanted);
    };
  const ExampleSetFolder set{folder};
  return interruptible([&](std::stop_token stop) {
    const auto turn = handle.takeTurn();
    Engine& engine = handle.engine();
    if (const Synth* synth = engine.plugin()) {
      options.base = contentHash(synth->base());
      options.tempoBpm = synth->tempoBpm();
    }
    std::error_code error;
    if (fs::create_directories(folder, error); error)
      failSystem("{} cannot be made ({}); name another folder", folder.string(), error.message());
    options.stop = std::move(stop);
    buildExamples(set, engine, options);
    return ShardSet(set.shardFiles()).size();
  });
}

/// Features of one sound and a note as networks take them.
py::tuple networkInput(const FloatArray& array, const py::object& note, bool levelKnown) {
  static const NetworkFeatureExtractor extract;
  const AudioBuffer sound = stereoSoundOf(array);
  const Note played = notesFrom(note, 100, sound.seconds()).values.at(0);
  py::array_t<float> picture({py::ssize_t(NetworkInput::kFrames), py::ssize_t(NetworkInput::kBands)});
  py::array_t<float> globals(py::ssize_t(NetworkInput::kGlobals));
  float *pictureValues = picture.mutable_data(), *globalValues = globals.mutable_data();
  {
    const py::gil_scoped_release release;
    const NetworkFeatures features = extract(sound.channel(0), sound.channel(1));
    NetworkInput::picture(features.view(), played.midi,
                          {pictureValues, NetworkInput::kFrames * NetworkInput::kBands});
    NetworkInput::globals(features.view(), played, levelKnown, {globalValues, NetworkInput::kGlobals});
  }
  return py::make_tuple(picture, globals);
}

}  // namespace

void bindDatasets(py::module_& m) {
  std::string protocols;
  for (const NoteProtocol& protocol : noteProtocols())
    protocols += fmt::format("\n'{}': {}", protocol.name, protocol.help);
  m.def("build_dataset", &buildDataset, py::arg("engine"), py::arg("folder"), py::arg("count"), py::kw_only(),
        py::arg("seed") = 1, py::arg("protocol") = noteProtocols().front().name,
        py::arg("on_progress") = py::none(),
        ("Draws patches and notes, renders them, and keeps what a network hears of each in a folder of "
         "shards, until\n"
         "there are `count` examples, as 'patchpilot dataset build' does; goes on with a folder that is "
         "there. Ctrl-C\n"
         "stops it; what was done is kept. on_progress(done, count). protocol: how notes are drawn:" +
         protocols +
         "\nReturns how many examples there are. Raises InputError if the folder holds other examples, "
         "PluginError,\nUsageError.")
            .c_str());
  m.def("read_dataset", &readDataset, py::arg("folder"),
        "What a folder of build_dataset() holds, as a dict: files, space (a Space), synth, protocol, seed, "
        "bpm, and\n"
        "shapes: those of the columns that are tables. Raises InputError.");
  m.def("network_input", &networkInput, py::arg("sound"), py::arg("note"), py::kw_only(),
        py::arg("level_known") = true,
        "A sound and its note as the networks of Patch Pilot take them: float32 (frames, bands), whose keys "
        "are\n"
        "counted from the note, and float32 (globals,). sound: as Target.sound, up to 4 s. note: a MIDI "
        "number or a\n"
        "Note. level_known: whether the level says something of the patch. Raises ValueError.");
}

}  // namespace patchpilot::python
