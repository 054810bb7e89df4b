#include "base/error.h"
#include "bindings.h"
#include "documents.h"
#include "engine_handle.h"
#include "interruptible.h"
#include "patch_arguments.h"
#include "synth/preset_writer.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <cmath>
#include <limits>

namespace patchpilot::python {

namespace fs = std::filesystem;

namespace {

std::size_t framesOf(double seconds) { return std::size_t(std::llround(seconds * kSampleRateHz)); }

/// Pairs of a patch and a note.
class Renders {
 public:
  Renders(OneOrMany<Patch> patches, OneOrMany<Note> notes, double seconds)
      : patches_(std::move(patches)), notes_(std::move(notes)), seconds_(seconds) {
    const std::size_t patchCount = patches_.values.size(), noteCount = notes_.values.size();
    if (patchCount != noteCount && patchCount != 1 && noteCount != 1)
      failUsage("{} patches and {} notes: give as many notes as patches, or one of either", patchCount,
                noteCount);
    count_ = patchCount == 1 ? noteCount : patchCount;
  }

  std::size_t count() const { return count_; }
  bool isOne() const { return patches_.one && notes_.one; }

  RenderJob job(std::size_t index) const {
    return {index, &at(patches_.values, index), at(notes_.values, index), seconds_};
  }

 private:
  template <typename Value>
  static const Value& at(const std::vector<Value>& values, std::size_t index) {
    return values[values.size() == 1 ? 0 : index];
  }

  OneOrMany<Patch> patches_;
  OneOrMany<Note> notes_;
  double seconds_;
  std::size_t count_ = 0;
};

/// Renders into an array of `count x channels x samples`. A render that fails becomes NaN.
/// @return what failed, a line each
std::vector<std::string> renderInto(float* samples, const Renders& renders, double seconds,
                                    EngineHandle& handle, std::stop_token stop) {
  const auto turn = handle.takeTurn();
  const std::shared_ptr<Engine> engine = handle.lasting(seconds);
  const std::size_t frames = framesOf(seconds);
  std::vector<std::string> problems(renders.count());
  std::size_t position = 0;
  const auto next = [&]() -> std::optional<RenderJob> {
    if (position == renders.count()) return std::nullopt;
    return renders.job(position++);
  };
  const auto done = [&](const RenderOutcome& outcome) {
    float* sound = samples + outcome.tag * kChannels * frames;
    std::string& problem = problems[outcome.tag];
    if (outcome.status != RenderOutcome::Status::ok) problem = outcome.problem;
    else if (!outcome.audio.isFinite()) problem = "the engine gave samples that are not finite";
    if (!problem.empty())
      return (void)std::fill_n(sound, kChannels * frames, std::numeric_limits<float>::quiet_NaN());
    for (const auto& channel : {outcome.audio.left, outcome.audio.right}) {
      const std::size_t count = std::min(frames, channel.size());
      std::fill(std::copy_n(channel.begin(), count, sound), sound + frames, 0.0f);
      sound += frames;
    }
  };
  engine->render(next, done, {}, stop);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < problems.size(); ++i)
    if (!problems[i].empty()) lines.push_back(fmt::format("render {}: {}", i, problems[i]));
  return lines;
}

py::array_t<float> render(EngineHandle& handle, const py::object& patches, const py::object& notes,
                          int velocity, double length, double seconds, const std::string& onError) {
  if (onError != "raise" && onError != "nan")
    failUsage("on_error is 'raise' or 'nan', not '{}'", oneLine(onError));
  if (!(seconds > 0 && seconds <= 600)) failUsage("seconds is above 0 and at most 600, not {:g}", seconds);
  const Renders renders(patchesFrom(patches, handle.engine()), notesFrom(notes, velocity, length), seconds);
  const auto frames = py::ssize_t(framesOf(seconds));
  py::array_t<float> sounds({py::ssize_t(renders.count()), py::ssize_t(kChannels), frames});
  float* samples = sounds.mutable_data();
  const std::vector<std::string> problems = interruptible(
      [&](std::stop_token stop) { return renderInto(samples, renders, seconds, handle, std::move(stop)); });
  if (!problems.empty() && onError == "raise")
    failPlugin("{} of {} renders failed, the first: {}", problems.size(), renders.count(), problems.front());
  if (!renders.isOne()) return sounds;
  return py::array_t<float>(sounds.reshape({py::ssize_t(kChannels), frames}));
}

SynthOptions synthOptions(const std::optional<fs::path>& base, std::optional<double> bpm,
                          const std::vector<fs::path>& plugins) {
  SynthOptions options;
  options.base = base;
  options.tempoBpm = bpm;
  options.scan.files = plugins;
  return options;
}

std::shared_ptr<EngineHandle> open(const py::object& what, int workers, const std::optional<fs::path>& base,
                                   std::optional<double> bpm, const std::vector<fs::path>& plugins) {
  SynthOptions options = synthOptions(base, bpm, plugins);
  if (py::isinstance<ParameterSpace>(what)) {
    const auto space = what.cast<ParameterSpace>();
    return interruptible([&](std::stop_token stop) {
      options.limits.stop = options.scan.limits.stop = std::move(stop);
      return openEngine(space, workers, options);
    });
  }
  const std::string name = what.cast<fs::path>().string();
  return interruptible([&](std::stop_token stop) {
    options.limits.stop = options.scan.limits.stop = std::move(stop);
    return openEngine(name, workers, options);
  });
}

void savePreset(EngineHandle& handle, const py::object& given, const fs::path& file, const std::string& name,
                const std::string& author, const std::string& comment, bool replace) {
  Synth& synth = pluginOf(handle.engine());
  const Patch patch = patchFrom(given, handle.engine());
  const PresetLabel label{name.empty() ? file.stem().string() : name, "", author, comment};
  const py::gil_scoped_release release;
  writePresetFile(file, synth.space(), synth.plugin().vendor, label,
                  labelledState(synth.space(), synth.state(patch), label), replace);
}

py::bytes stateOf(EngineHandle& handle, const py::object& given) {
  const Patch patch = patchFrom(given, handle.engine());
  Bytes state;
  {
    const py::gil_scoped_release release;
    state = handle.engine().state(patch);
  }
  return py::bytes(reinterpret_cast<const char*>(state.data()), state.size());
}

std::string recipe(EngineHandle& handle, const py::object& given, const std::string& title) {
  Synth& synth = pluginOf(handle.engine());
  const Patch patch = patchFrom(given, handle.engine());
  const py::gil_scoped_release release;
  return recipeTextOf(synth, patch, title);
}

py::list plugins(bool rescan) {
  ScanOptions options;
  options.rescan = rescan;
  const Catalogue catalogue = interruptible([&](std::stop_token stop) {
    options.limits.stop = std::move(stop);
    return scanPlugins(options);
  });
  py::list all;
  for (const PluginInfo& plugin : catalogue.plugins)
    all.append(py::dict(py::arg("name") = plugin.name, py::arg("vendor") = plugin.vendor,
                        py::arg("version") = plugin.version, py::arg("format") = plugin.format,
                        py::arg("id") = plugin.id, py::arg("path") = plugin.path,
                        py::arg("parameters") = plugin.parameters));
  return all;
}

void bindPatches(py::module_& m) {
  py::class_<Note>(m, "Note",
                   "A MIDI note: its number (60 is C4), velocity, and length in seconds until its release.")
      .def(py::init([](int midi, int velocity, double length) {
             const Note note{midi, velocity, length};
             checkNote(note);
             return note;
           }),
           py::arg("midi") = 60, py::arg("velocity") = 100, py::arg("length") = 2.0, "Raises UsageError.")
      .def_readonly("midi", &Note::midi)
      .def_readonly("velocity", &Note::velocity)
      .def_readonly("length", &Note::lengthSeconds)
      .def("__repr__", [](const Note& note) {
        return fmt::format("Note({}, velocity={}, length={:g})", note.midi, note.velocity,
                           note.lengthSeconds);
      });

  py::class_<Patch>(
      m, "Patch", "A sound of a synth: values of its space, or the state of a preset with some values moved.")
      .def_property_readonly("is_preset", &Patch::isPreset)
      .def_property_readonly(
          "values",
          [](const Patch& patch) -> py::object {
            return patch.isPreset() ? py::object(py::none())
                                    : py::object(arrayOf(std::span<const float>(patch.values())));
          },
          "float32, (parameters,); None for a preset: ask Engine.values().")
      .def_property_readonly(
          "state",
          [](const Patch& patch) -> py::object {
            if (!patch.isPreset()) return py::none();
            const Bytes& state = patch.preset().state;
            return py::bytes(reinterpret_cast<const char*>(state.data()), state.size());
          },
          "The state of a preset; None for values of a space.")
      .def_readonly("source", &Patch::source, "Where a preset came from; empty for a drawn patch.")
      .def("__repr__", [](const Patch& patch) {
        return patch.isPreset() ? "<Patch, preset " + patch.source + ">"
                                : "<Patch, " + std::to_string(patch.values().size()) + " values>";
      });
}

}  // namespace

void bindEngines(py::module_& m) {
  bindPatches(m);
  py::class_<EngineHandle, std::shared_ptr<EngineHandle>>(
      m, "Engine",
      "Turns patches and notes into sound: a plug-in hosted in worker processes, or the built-in "
      "synthesizer.\n"
      "An engine renders for one thread at a time; open several to render in several threads.")
      .def(py::init(&open), py::arg("plugin"), py::kw_only(), py::arg("workers") = 0,
           py::arg("base") = py::none(), py::arg("bpm") = py::none(),
           py::arg("plugins") = std::vector<fs::path>(),
           "plugin: a Space; 'voice', the built-in synthesizer; the name or file of a space; or the name, "
           "LV2 URI,\n"
           "VST3 class id or file of an installed plug-in, for which a first space is made.\n"
           "workers: processes that render, 0: one for each core. base: preset that holds what the space "
           "does not\n"
           "vary. bpm: tempo that the plug-in follows (120). plugins: plug-in files outside the standard "
           "places.\n"
           "Raises PluginError if the plug-in is not installed or fails, InputError, UsageError.")
      .def_property_readonly(
          "space",
          [](EngineHandle& handle) { return std::make_shared<ParameterSpace>(handle.engine().space()); },
          "The parameters that are searched, as a Space.")
      .def_property_readonly(
          "name", [](EngineHandle& handle) { return handle.engine().name(); },
          "Name and version of the synth.")
      .def_property_readonly(
          "defaults",
          [](EngineHandle& handle) { return arrayOf(std::span<const float>(handle.engine().defaults())); },
          "The synth's own default of each parameter: float32, (parameters,).")
      .def("render", &render, py::arg("patches") = py::none(), py::arg("notes") = 60, py::kw_only(),
           py::arg("velocity") = 100, py::arg("length") = 2.0, py::arg("seconds") = 4.0,
           py::arg("on_error") = "raise",
           "Renders patches at notes: float32, (2, samples) at 44.1 kHz for one patch and one note, else\n"
           "(n, 2, samples).\n\n"
           "patches: None (what the synth has by itself), values (parameters,), a dict of parameter keys and "
           "values\n"
           "laid over the synth's own, a Patch, the path of a preset; or several: (n, parameters), or a "
           "list.\n"
           "notes: a MIDI number or a Note, or as many as there are patches; one note is played by each "
           "patch, one\n"
           "patch plays each note. velocity, length (seconds until the release): of notes that are numbers.\n"
           "seconds: how long to listen. on_error: 'raise', or 'nan' for samples of NaN in place of a failed "
           "render.\n"
           "Raises PluginError if a render fails, UsageError for wrong values. Ctrl-C stops it.")
      .def(
          "values",
          [](EngineHandle& handle, const py::object& patch) {
            const Patch own = patchFrom(patch, handle.engine());
            std::vector<float> values;
            {
              const py::gil_scoped_release release;
              values = handle.engine().values(own);
            }
            return arrayOf(std::span<const float>(values));
          },
          py::arg("patch") = py::none(),
          "The value of each parameter with the patch applied; of a preset what its state holds: "
          "(parameters,).")
      .def(
          "texts",
          [](EngineHandle& handle, const py::object& patch) {
            const Patch own = patchFrom(patch, handle.engine());
            const py::gil_scoped_release release;
            return handle.engine().texts(own);
          },
          py::arg("patch") = py::none(), "The values as the synth displays them.")
      .def(
          "patch",
          [](EngineHandle& handle, const py::object& patch) { return patchFrom(patch, handle.engine()); },
          py::arg("patch"), "Whatever render() takes for one patch, as a Patch; reads a preset's file.")
      .def("state", &stateOf, py::arg("patch") = py::none(),
           "The whole state of the plug-in with the patch applied. Raises PluginError for the built-in one.")
      .def("recipe", &recipe, py::arg("patch"), py::arg("title") = "Recipe",
           "How to dial the patch in by hand, section by section, as text.")
      .def("save_preset", &savePreset, py::arg("patch"), py::arg("file"), py::kw_only(), py::arg("name") = "",
           py::arg("author") = "", py::arg("comment") = "", py::arg("replace") = false,
           "Writes a preset that the synth loads: .vstpreset, .fxp or .lv2, as the synth has it. Raises "
           "UsageError\n"
           "if the file exists or its extension is not one of the synth's, MachineError.")
      .def("__repr__", [](EngineHandle& handle) {
        return fmt::format("<Engine {}, space {}>", handle.engine().name(), handle.engine().space().name);
      });
  m.def("plugins", &plugins, py::kw_only(), py::arg("rescan") = false,
        "The instruments that are installed, a dict each: name, vendor, version, format, id, path, "
        "parameters.");
}

}  // namespace patchpilot::python
