#include "base/error.h"
#include "bindings.h"
#include "data/network_input.h"
#include "data/shard.h"
#include "data/split.h"
#include "patch_arguments.h"
#include "sound_arrays.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <cstring>
#include <map>
#include <span>

namespace patchpilot::python {

namespace fs = std::filesystem;

namespace {

const char* dtypeName(ColumnType type) {
  switch (type) {
    case ColumnType::bytes: return "uint8";
    case ColumnType::halfs: return "float16";
    case ColumnType::floats: return "float32";
  }
  return "";
}

ColumnType columnType(const std::string& dtype) {
  for (const ColumnType type : {ColumnType::bytes, ColumnType::halfs, ColumnType::floats})
    if (dtype == dtypeName(type)) return type;
  failUsage("a column holds 'uint8', 'float16' or 'float32', not '{}'", oneLine(dtype));
}

const void* columnData(const ExampleView& example, std::size_t column, ColumnType type) {
  switch (type) {
    case ColumnType::bytes: return example.bytes(column).data();
    case ColumnType::halfs: return example.halfs(column).data();
    case ColumnType::floats: return example.floats(column).data();
  }
  return nullptr;
}

using Columns = std::map<std::string, std::pair<std::string, std::size_t>>;

Columns columnsOf(const ShardFormat& format) {
  Columns columns;
  for (const Column& column : format.columns) columns[column.name] = {dtypeName(column.type), column.count};
  return columns;
}

/// An array with one entry for each example, of what a function reads from it.
template <typename Value, typename Function>
py::array_t<Value> eachExample(const ShardSet& shards, const std::vector<std::size_t>& indices,
                               const Function& function) {
  py::array_t<Value> array(py::ssize_t(indices.size()));
  for (std::size_t i = 0; i < indices.size(); ++i)
    array.mutable_data()[i] = Value(function(shards.at(indices[i])));
  return array;
}

void checkIndices(const ShardSet& shards, const std::vector<std::size_t>& indices) {
  for (const std::size_t index : indices)
    if (index >= shards.size()) throw py::index_error(fmt::format("example {} of {}", index, shards.size()));
}

py::dict readExamples(const ShardSet& shards, const std::vector<std::size_t>& indices) {
  checkIndices(shards, indices);
  const auto rows = py::ssize_t(indices.size());
  py::dict examples;
  py::array_t<float> values({rows, py::ssize_t(shards.format().values)});
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const auto own = shards.at(indices[i]).values();
    std::copy(own.begin(), own.end(), values.mutable_data(py::ssize_t(i), 0));
  }
  examples["values"] = values;
  const auto add = [&](const char* name, auto array) { examples[name] = array; };
  add("midi", eachExample<std::int64_t>(shards, indices, [](auto e) { return e.note().midi; }));
  add("velocity", eachExample<std::int64_t>(shards, indices, [](auto e) { return e.note().velocity; }));
  add("length", eachExample<float>(shards, indices, [](auto e) { return e.note().lengthSeconds; }));
  add("onset", eachExample<float>(shards, indices, [](auto e) { return e.onsetSeconds(); }));
  add("number", eachExample<std::int64_t>(shards, indices, [](auto e) { return e.number(); }));
  add("family", eachExample<std::int64_t>(shards, indices, [](auto e) { return e.family(); }));
  for (std::size_t c = 0; c < shards.format().columns.size(); ++c) {
    const Column& column = shards.format().columns[c];
    py::array array(py::dtype(dtypeName(column.type)), {rows, py::ssize_t(column.count)});
    for (py::ssize_t row = 0; row < rows; ++row)
      std::memcpy(array.mutable_data(row, 0),
                  columnData(shards.at(indices[std::size_t(row)]), c, column.type), column.bytes());
    examples[py::str(column.name)] = array;
  }
  return examples;
}

/// What Patch Pilot's networks take of examples of a dataset: pictures and globals, a row for each.
py::tuple networkInputs(const ShardSet& shards, const std::vector<std::size_t>& indices, bool levelKnown) {
  if (shards.format().columns != networkFeatureColumns())
    failUsage("these shards do not hold the features of networks; build_dataset() makes those that do");
  checkIndices(shards, indices);
  constexpr std::size_t kPicture = NetworkInput::kFrames * NetworkInput::kBands;
  const auto rows = py::ssize_t(indices.size());
  py::array_t<float> pictures({rows, py::ssize_t(NetworkInput::kFrames), py::ssize_t(NetworkInput::kBands)});
  py::array_t<float> globals({rows, py::ssize_t(NetworkInput::kGlobals)});
  float *pictureValues = pictures.mutable_data(), *globalValues = globals.mutable_data();
  {
    const py::gil_scoped_release release;
    for (std::size_t i = 0; i < indices.size(); ++i) {
      const ExampleView example = shards.at(indices[i]);
      const NetworkFeaturesView features = networkFeaturesOf(example);
      NetworkInput::picture(features, example.note().midi, {pictureValues + i * kPicture, kPicture});
      NetworkInput::globals(features, example.note(), levelKnown,
                            {globalValues + i * NetworkInput::kGlobals, NetworkInput::kGlobals});
    }
  }
  return py::make_tuple(pictures, globals);
}

/// Appends examples, numbered from 0 or from the last one on.
class ExampleWriter {
 public:
  ExampleWriter(const fs::path& file, const ParameterSpace& space, const Columns& columns) : space_(space) {
    ShardFormat format{space.fingerprint(), space.parameters.size(), {}};
    for (const auto& [name, column] : columns)
      format.columns.push_back({name, columnType(column.first), column.second});
    format_ = format;
    writer_.emplace(file, format);
  }

  void append(const FloatArray& values, const py::object& note, const py::dict& columns, double onset,
              std::optional<std::uint64_t> number, std::optional<std::uint64_t> family) {
    const std::uint64_t next = open().lastNumber() ? *open().lastNumber() + 1 : 0;
    if (std::size_t(values.size()) != space_.parameters.size())
      failUsage("a patch of {} has {} values, not {}", space_.name, space_.parameters.size(), values.size());
    if (number.value_or(next) < next) failUsage("numbers ascend: give {} or more, not {}", next, *number);
    Example example{{values.data(), values.data() + values.size()},
                    notesFrom(note, 100, 2).values.at(0),
                    onset,
                    number.value_or(next),
                    family.value_or(number.value_or(next)),
                    space_.fingerprint()};
    std::vector<py::array> kept;
    std::vector<std::span<const std::byte>> bytes;
    for (const Column& column : format_.columns) {
      kept.push_back(columnOf(column, columns));
      bytes.emplace_back(static_cast<const std::byte*>(kept.back().data()), column.bytes());
    }
    open().append(example, bytes);
  }

  void flush() { open().flush(); }

  void close() {
    if (writer_) writer_->flush();
    writer_.reset();
  }

  std::size_t size() { return open().size(); }

 private:
  ShardWriter& open() {
    if (!writer_) failUsage("the shard is closed");
    return *writer_;
  }

  static py::array columnOf(const Column& column, const py::dict& columns) {
    const py::str name(column.name);
    if (!columns.contains(name)) failUsage("the example lacks column '{}'", column.name);
    const py::array given = py::module_::import("numpy").attr("ascontiguousarray")(columns[name]);
    const py::array array = given.attr("reshape")(-1);
    if (std::string(py::str(array.dtype())) != dtypeName(column.type) ||
        std::size_t(array.size()) != column.count)
      failUsage("column '{}' holds {} values of {}, not {} of {}", column.name, column.count,
                dtypeName(column.type), array.size(), std::string(py::str(array.dtype())));
    return array;
  }

  ParameterSpace space_;
  ShardFormat format_;
  std::optional<ShardWriter> writer_;
};

}  // namespace

void bindShards(py::module_& m) {
  py::class_<ShardSet>(m, "Shards", "Examples in files of one format, mapped into memory, as one sequence.")
      .def(py::init<const std::vector<fs::path>&>(), py::arg("files"),
           "Raises InputError that names the file.")
      .def_property_readonly(
          "space", [](const ShardSet& s) { return s.format().space; }, "Fingerprint of the parameter space.")
      .def_property_readonly(
          "parameters", [](const ShardSet& s) { return s.format().values; },
          "Number of parameters of the space.")
      .def_property_readonly(
          "columns", [](const ShardSet& s) { return columnsOf(s.format()); },
          "The features of each example by name: (dtype, number of values).")
      .def("read", &readExamples, py::arg("indices"),
           "Examples as a dict of arrays with one row each: values (n, parameters), midi, velocity, length "
           "and onset\n"
           "(seconds), number, family, and each column (n, number of values). Raises InputError if one is "
           "damaged.")
      .def("network_inputs", &networkInputs, py::arg("indices"), py::kw_only(), py::arg("level_known") = true,
           "What the networks of Patch Pilot take of examples of build_dataset(), see network_input(): "
           "float32\n"
           "(n, frames, bands) and (n, globals). Raises UsageError for shards of other columns.")
      .def(
          "split",
          [](const ShardSet& s, double share, std::uint64_t seed) {
            Split parts = split(s.families(), share, seed);
            return std::pair(std::move(parts.training), std::move(parts.validation));
          },
          py::arg("share") = 0.1, py::arg("seed") = 1,
          "(training, validation) indices; examples of one family are all on one side. share: of the "
          "families that\n"
          "are for validation.")
      .def("__len__", &ShardSet::size);

  py::class_<ExampleWriter>(m, "ShardWriter",
                            "Makes a shard, or goes on with one. Use it in a with statement.")
      .def(py::init<const fs::path&, const ParameterSpace&, const Columns&>(), py::arg("file"),
           py::arg("space"), py::arg("columns") = Columns(),
           "columns: features of each example, name: (dtype, number of values), dtype 'uint8', 'float16' or\n"
           "'float32'. Raises InputError if the file is of another format, MachineError.")
      .def("append", &ExampleWriter::append, py::arg("values"), py::arg("note"),
           py::arg("columns") = py::dict(), py::kw_only(), py::arg("onset") = 0.0,
           py::arg("number") = py::none(), py::arg("family") = py::none(),
           "Adds an example: values (parameters,), a MIDI number or Note, its columns. onset: seconds of "
           "silence\n"
           "before the note. number: ascends; the next one if None. family: the same for patches that derive "
           "from\n"
           "one another; the number if None. Raises UsageError if it does not fit the format.")
      .def("flush", &ExampleWriter::flush, "Hands what was added to the operating system.")
      .def("close", &ExampleWriter::close)
      .def("__len__", &ExampleWriter::size)
      .def("__enter__", [](py::object self) { return self; })
      .def("__exit__", [](ExampleWriter& self, const py::object&, const py::object&, const py::object&) {
        self.close();
      });
}

}  // namespace patchpilot::python
