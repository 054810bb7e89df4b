#include "base/error.h"
#include "bindings.h"
#include "engine_handle.h"
#include "ingest/library_builder.h"
#include "ingest/library_synth.h"
#include "interruptible.h"
#include "library/compatibility.h"
#include "library/installed.h"
#include "library/library.h"
#include "library/neighbours.h"
#include "library/preset_index.h"
#include "sound_arrays.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <map>
#include <memory>
#include <mutex>
#include <type_traits>

namespace patchpilot::python {

namespace fs = std::filesystem;

namespace {

/// A library that is read, by one thread at a time, without the GIL. All functions are called with the GIL.
class ReadLibrary {
 public:
  /// Called without the GIL.
  explicit ReadLibrary(const fs::path& file)
      : library_(Library::open(resolveLibrary(file.string()))),
        isIndex_(isPresetIndex(library_.file())),
        space_(std::make_shared<ParameterSpace>(parseSpace(library_.settings().spaceToml, file.string()))) {}

  const fs::path& file() const { return library_.file(); }
  const LibrarySettings& settings() const { return library_.settings(); }
  const std::shared_ptr<ParameterSpace>& space() const { return space_; }

  std::uint64_t patches() {
    return reading([&] { return library_.counts().patches; });
  }

  std::vector<std::int64_t> ids() {
    return reading([&] { return library_.patches().ids(); });
  }

  Patch patch(std::int64_t id) {
    if (isIndex_)
      failInput("{} is an index: it names presets, and does not hold them; match() finds them in the synth",
                file().string());
    return reading([&] { return library_.patches().get(id); });
  }

  std::vector<std::string> embedders() const {
    std::vector<std::string> names;
    for (const EmbedderInfo& info : settings().embedders) names.push_back(info.name);
    return names;
  }

  py::tuple values() {
    std::vector<std::int64_t> ids;
    std::vector<float> values;
    reading([&] {
      if (isIndex_) return;  // it has presets only
      for (const std::int64_t id : library_.patches().ids()) {
        const Patch patch = library_.patches().get(id);
        if (patch.isPreset()) continue;
        ids.push_back(id);
        values.insert(values.end(), patch.values().begin(), patch.values().end());
      }
    });
    const auto rows = py::ssize_t(ids.size()), width = py::ssize_t(space_->parameters.size());
    return py::make_tuple(py::array_t<std::int64_t>(rows, ids.data()),
                          py::array_t<float>({rows, width}, values.data()));
  }

  py::tuple embeddings(const std::optional<std::string>& embedder) {
    const EmbeddingTable table = reading([&] { return library_.embeddings().all(placeOf(embedder)); });
    const auto rows = py::ssize_t(table.patches.size());
    return py::make_tuple(py::array_t<float>({rows, py::ssize_t(table.dimension)}, table.vectors.data()),
                          py::array_t<std::int64_t>(rows, table.patches.data()),
                          py::array_t<int>(rows, table.notes.data()));
  }

  py::object audio(std::int64_t patch, int note) {
    const std::optional<AudioBuffer> sound = reading([&]() -> std::optional<AudioBuffer> {
      const Flac flac = library_.audio().get({patch, note});
      if (flac.bytes.empty()) return std::nullopt;
      return decodeFlac(flac, fmt::format("{}, patch {}", file().string(), patch));
    });
    return sound ? py::object(arrayOf(*sound)) : py::none();
  }

  std::vector<std::tuple<std::int64_t, int, float>> nearest(const FloatArray& vector, int count,
                                                            const std::optional<std::string>& embedder) {
    const std::span<const float> wanted(vector.data(), std::size_t(vector.size()));
    const bool isVector = vector.ndim() == 1;
    return reading([&] {
      const std::size_t place = placeOf(embedder);
      if (const int dimension = library_.embeddings().dimension(place);
          !isVector || int(wanted.size()) != dimension)
        failUsage("vectors of {} have {} values", settings().embedders[place].name, dimension);
      std::vector<std::tuple<std::int64_t, int, float>> found;
      for (const Neighbour& one : indexOf(place).nearest(wanted, count))
        found.emplace_back(one.patch, one.note, one.distance);
      return found;
    });
  }

 private:
  template <typename Work>
  std::invoke_result_t<const Work&> reading(const Work& work) {
    const py::gil_scoped_release release;
    const std::lock_guard lock(mutex_);
    return work();
  }

  std::size_t placeOf(const std::optional<std::string>& embedder) {
    return embedder ? library_.embeddings().place(*embedder) : 0;
  }

  const NeighbourIndex& indexOf(std::size_t place) {
    std::unique_ptr<NeighbourIndex>& index = indexes_[place];
    if (!index) {
      library_.embeddings().requireWhole(place);
      index = std::make_unique<NeighbourIndex>(library_, IndexRule{}, place);
    }
    return *index;
  }

  std::mutex mutex_;
  Library library_;
  bool isIndex_;
  std::shared_ptr<ParameterSpace> space_;
  std::map<std::size_t, std::unique_ptr<NeighbourIndex>> indexes_;
};

LibrarySettings wantedSettings(const Synth& synth, const std::optional<Library>& begun,
                               const std::optional<std::string>& embedder) {
  if (begun) return librarySettings(synth, begun->settings().embedders);
  return embedder ? librarySettings(synth, {embedderInfo(*embedder)}) : librarySettings(synth);
}

std::shared_ptr<ReadLibrary> buildLibraryFile(EngineHandle& handle, const fs::path& file, std::uint64_t count,
                                              const std::vector<int>& notes, int velocity, double length,
                                              double seconds, std::uint64_t seed,
                                              const std::optional<std::string>& embedder, bool keepAudio,
                                              int workers, const std::optional<py::function>& onProgress) {
  const Synth& synth = pluginOf(handle.engine());
  runInterruptible([&](std::stop_token stop) {
    std::optional<Library> begun;
    if (fs::exists(file)) begun.emplace(Library::open(file, Database::Mode::readWrite));
    LibrarySettings wanted = wantedSettings(synth, begun, embedder);
    wanted.notes = notes;
    wanted.velocity = velocity;
    wanted.lengthSeconds = length;
    wanted.durationSeconds = seconds;
    wanted.seed = seed;
    if (begun) checkCompatible(*begun, wanted);
    Library library = begun ? std::move(*begun) : Library::create(file, wanted);
    if (library.settings().sampling.empty()) library.setSampling(wanted.sampling, wanted.around, wanted.seed);
    BuildOptions options;
    options.count = count;
    options.workers = workers;
    options.keepAudio = keepAudio;
    options.stop = std::move(stop);
    options.onProgress = [&](const BuildProgress& progress) {
      if (!onProgress) return;
      const py::gil_scoped_acquire acquire;
      (*onProgress)(progress.patches, progress.wanted);
    };
    buildLibrary(library, synth, options);
  });
  const py::gil_scoped_release release;
  return std::make_shared<ReadLibrary>(file);
}

}  // namespace

void bindLibraries(py::module_& m) {
  py::class_<ReadLibrary, std::shared_ptr<ReadLibrary>>(
      m, "Library", "Patches and the embeddings of their renders, in one file. It is opened to be read.")
      .def(py::init<const fs::path&>(), py::arg("file"), py::call_guard<py::gil_scoped_release>(),
           "file: a path, or the name of one of the user's libraries. Raises InputError if it is none.")
      .def_property_readonly("file", &ReadLibrary::file)
      .def_property_readonly("space", &ReadLibrary::space, "The Space of its patches.")
      .def_property_readonly(
          "synth", [](const ReadLibrary& l) { return l.settings().synthName; },
          "Name of the plug-in that made its renders.")
      .def_property_readonly(
          "notes", [](const ReadLibrary& l) { return l.settings().notes; },
          "MIDI notes at which each patch was rendered.")
      .def_property_readonly("velocity", [](const ReadLibrary& l) { return l.settings().velocity; })
      .def_property_readonly(
          "length", [](const ReadLibrary& l) { return l.settings().lengthSeconds; },
          "Seconds until the release.")
      .def_property_readonly(
          "seconds", [](const ReadLibrary& l) { return l.settings().durationSeconds; },
          "Length of the renders.")
      .def_property_readonly("embedders", &ReadLibrary::embedders, "Names; the first covers all rows.")
      .def("ids", &ReadLibrary::ids, "The ids of all patches.")
      .def("patch", &ReadLibrary::patch, py::arg("id"), "The Patch of an id. Raises InputError.")
      .def("values", &ReadLibrary::values,
           "(ids, values) of all patches that are points of the space: int64 (n,), float32 (n, parameters).")
      .def("embeddings", &ReadLibrary::embeddings, py::arg("embedder") = py::none(),
           "(vectors, patches, notes) of all rows: float32 (rows, dimension), int64 (rows,), int32 (rows,).\n"
           "embedder: its name, the first if None.")
      .def("audio", &ReadLibrary::audio, py::arg("patch"), py::arg("note"),
           "A render that was kept (keep_audio): float32, (2, samples); None if it was not.")
      .def("nearest", &ReadLibrary::nearest, py::arg("vector"), py::arg("count") = 50,
           py::arg("embedder") = py::none(),
           "The patches nearest to a vector of Embedder.embed(), nearest first, each patch once:\n"
           "a list of (id, note of the nearest row, distance).")
      .def("__len__", &ReadLibrary::patches)
      .def("__repr__", [](ReadLibrary& l) {
        return fmt::format("<Library {}, {} patches of {}>", l.file().filename().string(), l.patches(),
                           l.settings().synthName);
      });

  m.def(
      "build_library", &buildLibraryFile, py::arg("engine"), py::arg("file"), py::arg("count"), py::kw_only(),
      py::arg("notes") = std::vector<int>{60}, py::arg("velocity") = 100, py::arg("length") = 2.0,
      py::arg("seconds") = 4.0, py::arg("seed") = 1, py::arg("embedder") = py::none(),
      py::arg("keep_audio") = false, py::arg("workers") = 0, py::arg("on_progress") = py::none(),
      "Draws patches from the engine's space, renders and embeds them, until the library has `count`; goes "
      "on if\n"
      "the file exists. Ctrl-C stops it; what was done is kept. on_progress(done, count).\n"
      "Raises UsageError for the built-in synthesizer, InputError if the file was made with other settings.");
}

}  // namespace patchpilot::python
