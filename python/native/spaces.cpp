#include "base/error.h"
#include "bindings.h"
#include "data/codec.h"
#include "sound_arrays.h"
#include "synth/parameter_kind.h"

#include <pybind11/stl.h>

#include <cmath>

namespace patchpilot::python {

namespace {

std::vector<std::tuple<std::string, float, double>> choicesOf(const ParameterSpec& parameter) {
  std::vector<std::tuple<std::string, float, double>> choices;
  for (const Choice& choice : parameter.choices)
    choices.emplace_back(choice.label, choice.value, choice.weight);
  return choices;
}

std::size_t indexOf(const ParameterSpace& space, const std::string& key) {
  const auto index = space.find(key);
  if (!index) throw py::key_error(space.name + " has no parameter '" + oneLine(key) + "'");
  return *index;
}

py::array_t<float> draw(const ParameterSpace& space, std::uint64_t seed, std::optional<std::size_t> count,
                        std::uint64_t first) {
  if (!count) return arrayOf(std::span<const float>(space.draw(seed, first)));
  const std::size_t width = space.parameters.size();
  py::array_t<float> patches({py::ssize_t(*count), py::ssize_t(width)});
  for (std::size_t i = 0; i < *count; ++i) {
    const std::vector<float> values = space.draw(seed, first + i);
    std::copy(values.begin(), values.end(), patches.mutable_data() + i * width);
  }
  return patches;
}

/// Applies a function to one row, or to each row of an array.
template <typename Function>
py::array_t<float> eachRow(const FloatArray& array, std::size_t width, std::size_t resultWidth,
                           const Function& function) {
  const py::ssize_t last = array.ndim() - 1;
  if ((array.ndim() != 1 && array.ndim() != 2) || std::size_t(array.shape(last)) != width)
    failUsage("the array must have {} values in its last dimension, and one or two dimensions", width);
  const std::size_t rows = array.ndim() == 1 ? 1 : std::size_t(array.shape(0));
  std::vector<py::ssize_t> shape(array.shape(), array.shape() + array.ndim());
  shape.back() = py::ssize_t(resultWidth);
  py::array_t<float> result(shape);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::vector<float> values = function(std::span(array.data() + row * width, width));
    std::copy(values.begin(), values.end(), result.mutable_data() + row * resultWidth);
  }
  return result;
}

py::array_t<float> encode(const ParameterSpace& space, const FloatArray& patches) {
  const Codec codec(space);
  return eachRow(patches, space.parameters.size(), codec.width(),
                 [&](std::span<const float> values) { return codec.encode(values); });
}

py::array_t<float> decode(const ParameterSpace& space, const FloatArray& vectors) {
  const Codec codec(space);
  return eachRow(vectors, codec.width(), space.parameters.size(),
                 [&](std::span<const float> vector) { return codec.decode(vector).values; });
}

py::array_t<float> mask(const ParameterSpace& space, const FloatArray& patches) {
  const Codec codec(space);
  return eachRow(patches, space.parameters.size(), codec.width(), [&](std::span<const float> values) {
    return codec.mask({values.begin(), values.end()});
  });
}

std::vector<std::string> texts(const ParameterSpace& space, const FloatArray& values) {
  if (values.ndim() != 1 || std::size_t(values.size()) != space.parameters.size())
    failUsage("a patch of {} has {} values", space.name, space.parameters.size());
  std::vector<std::string> all;
  for (std::size_t i = 0; i < space.parameters.size(); ++i)
    all.push_back(space.parameters[i].text(values.data()[i]).value_or(""));
  return all;
}

}  // namespace

void bindSpaces(py::module_& m) {
  py::class_<ParameterSpec>(m, "Parameter", "A searched parameter of a synth. Values are normalized, 0 to 1.")
      .def_readonly("key", &ParameterSpec::key, "Names it in its space.")
      .def_readonly("id", &ParameterSpec::id, "Its address in the plug-in: VST3 ParamID or LV2 port symbol.")
      .def_readonly("name", &ParameterSpec::name, "For people.")
      .def_readonly("section", &ParameterSpec::section, "Key of its section.")
      .def_readonly("min", &ParameterSpec::min, "Lower end of the range that is searched.")
      .def_readonly("max", &ParameterSpec::max, "Upper end of the range that is searched.")
      .def_readonly("steps", &ParameterSpec::steps, "Number of values of a stepped parameter, else 0.")
      .def_readonly("unit", &ParameterSpec::unit, "Of the displayed number; may be empty.")
      .def_property_readonly(
          "kind", [](const ParameterSpec& p) { return nameOf(p.kind); },
          "'continuous', 'stepped' or 'categorical'.")
      .def_property_readonly("choices", &choicesOf,
                             "Of a categorical parameter: (label, value, weight when drawn).")
      .def("nearest", &ParameterSpec::nearest, py::arg("value"), "The nearest value that it can take.")
      .def(
          "text", [](const ParameterSpec& p, float value) { return p.text(value).value_or(""); },
          py::arg("value"),
          "What the space says of a value, such as '1.2 kHz'; empty if only the plug-in knows.")
      .def("__repr__",
           [](const ParameterSpec& p) { return "<Parameter " + p.key + ", " + nameOf(p.kind) + ">"; });

  py::class_<ParameterSpace, std::shared_ptr<ParameterSpace>>(
      m, "Space", "Which parameters of a synth are searched, and how patches are drawn.")
      .def(
          py::init([](const std::string& name) { return std::make_shared<ParameterSpace>(loadSpace(name)); }),
          py::arg("name"),
          "Opens an installed space by its name, or a .toml file. Raises InputError that lists what there "
          "is.")
      .def_static(
          "parse",
          [](const std::string& toml) {
            return std::make_shared<ParameterSpace>(parseSpace(toml, "<string>"));
          },
          py::arg("toml"), "Reads a space from the text of a .toml file. Raises InputError.")
      .def_readonly("name", &ParameterSpace::name)
      .def_readonly("title", &ParameterSpace::title, "Name for people.")
      .def_readonly("synth", &ParameterSpace::synthName, "Name of the plug-in.")
      .def_readonly("parameters", &ParameterSpace::parameters, "In the order of the values of a patch.")
      .def_readonly("toml", &ParameterSpace::toml, "The text that it was read from.")
      .def_property_readonly("fingerprint", &ParameterSpace::fingerprint,
                             "Changes if the meaning of a patch changes.")
      .def_property_readonly(
          "keys",
          [](const ParameterSpace& space) {
            std::vector<std::string> keys;
            for (const ParameterSpec& parameter : space.parameters) keys.push_back(parameter.key);
            return keys;
          },
          "The keys of the parameters, in order.")
      .def_property_readonly(
          "width", [](const ParameterSpace& space) { return Codec(space).width(); },
          "Length of the vectors of encode().")
      .def("index", &indexOf, py::arg("key"), "The place of a parameter. Raises KeyError.")
      .def("draw", &draw, py::arg("seed") = 1, py::arg("count") = py::none(), py::arg("first") = 0,
           "Draws patches: float32, (parameters,), or (count, parameters) if a count is given. The same seed "
           "and\n"
           "place in the sequence give the same patch. first: where in the sequence to begin.")
      .def("texts", &texts, py::arg("values"),
           "The values of a patch in words, as far as the space itself knows them.")
      .def("encode", &encode, py::arg("patches"),
           "Patches (parameters,) or (n, parameters) as vectors (width,) or (n, width) for networks: a "
           "continuous\n"
           "or stepped value in -1 to 1 of its range, a choice one-hot.")
      .def("decode", &decode, py::arg("vectors"),
           "The nearest patches of any vectors: the largest of a one-hot block, the nearest step.")
      .def("mask", &mask, py::arg("patches"),
           "1 for each value of encode() that can be heard, 0 for those of parameters that gates silence.")
      .def("__len__", [](const ParameterSpace& space) { return space.parameters.size(); })
      .def("__repr__", [](const ParameterSpace& space) {
        return "<Space " + space.name + ", " + std::to_string(space.parameters.size()) + " parameters>";
      });

  m.def(
      "spaces",
      [] {
        std::vector<std::string> names;
        for (const ParameterSpace& space : installedSpaces()) names.push_back(space.name);
        return names;
      },
      "The names of the installed spaces.");
}

}  // namespace patchpilot::python
