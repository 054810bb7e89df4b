#include "models/safetensors.h"

#include "base/error.h"
#include "base/files.h"
#include "base/half.h"
#include "models/shallow_json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// No header that the format's own library reads is longer.
constexpr std::uint64_t kLongestHeader = 100'000'000;

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 13> kTypeBytes{{{"F64", 8},
                                                                                 {"F32", 4},
                                                                                 {"F16", 2},
                                                                                 {"BF16", 2},
                                                                                 {"I64", 8},
                                                                                 {"U64", 8},
                                                                                 {"I32", 4},
                                                                                 {"U32", 4},
                                                                                 {"I16", 2},
                                                                                 {"U16", 2},
                                                                                 {"I8", 1},
                                                                                 {"U8", 1},
                                                                                 {"BOOL", 1}}};

std::uint64_t bytesOf(std::string_view type) {
  for (const auto& [name, bytes] : kTypeBytes)
    if (name == type) return bytes;
  return 0;
}

/// The product, or nothing beyond what a file can hold.
std::optional<std::uint64_t> multiplied(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kMost = std::uint64_t(1) << 62;
  if (b != 0 && a > kMost / b) return std::nullopt;
  return a * b;
}

std::optional<std::uint64_t> sizeOf(const Safetensors::Tensor& tensor) {
  std::optional<std::uint64_t> size = bytesOf(tensor.type);
  for (const std::int64_t one : tensor.shape)
    if (size) size = multiplied(*size, std::uint64_t(one));
  return size;
}

Safetensors::Tensor readTensor(const fs::path& file, const std::string& name, const json& entry) {
  const auto bad = [&](std::string_view what) {
    failInput("{}: {} of the tensor {} makes no sense; download the file again", file.string(), what, name);
  };
  if (!entry.is_object()) bad("the entry");
  Safetensors::Tensor tensor;
  const json type = entry.value("dtype", json()), shape = entry.value("shape", json()),
             offsets = entry.value("data_offsets", json());
  if (!type.is_string() || bytesOf(type.get_ref<const std::string&>()) == 0) bad("the type");
  tensor.type = type.get<std::string>();
  if (!shape.is_array()) bad("the shape");
  for (const json& one : shape) {
    if (!one.is_number_unsigned() || one.get<std::uint64_t>() > std::uint64_t(INT64_MAX)) bad("the shape");
    tensor.shape.push_back(one.get<std::int64_t>());
  }
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned())
    bad("the place");
  tensor.begin = offsets[0].get<std::uint64_t>();
  tensor.end = offsets[1].get<std::uint64_t>();
  if (tensor.end < tensor.begin || sizeOf(tensor) != tensor.end - tensor.begin) bad("the size");
  return tensor;
}

/// The values lie end to end and fill the file: so none can lie over another, or outside.
void checkPlaces(const fs::path& file, const std::map<std::string, Safetensors::Tensor>& tensors,
                 std::uint64_t dataBytes) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> places;
  for (const auto& [name, tensor] : tensors) places.emplace_back(tensor.begin, tensor.end);
  std::sort(places.begin(), places.end());
  std::uint64_t at = 0;
  for (const auto& [begin, end] : places) {
    if (begin != at)
      failInput("{}: its header has a gap or an overlap at byte {} of the values; download the file again",
                file.string(), std::min(at, begin));
    at = end;
  }
  if (at != dataBytes)
    failInput("{}: it should hold {} bytes of values, and has {}; download the file again", file.string(), at,
              dataBytes);
}

template <typename Stored, typename Convert>
void convertAll(std::span<const char> bytes, std::span<float> values, const Convert& convert) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    values[i] = convert(stored);
  }
}

}  // namespace

static_assert(std::endian::native == std::endian::little, "the file's values are little endian");

std::string shapeText(std::span<const std::int64_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

Safetensors::Safetensors(const fs::path& file) : file_(file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) failInput("{}: {}", file.string(), error.message());
  stream_.open(file, std::ios::binary);
  if (!stream_) failInput("{}: cannot be read; check its permissions", file.string());
  std::uint64_t headerBytes = 0;
  if (size >= sizeof(headerBytes)) stream_.read(reinterpret_cast<char*>(&headerBytes), sizeof(headerBytes));
  if (size < sizeof(headerBytes) || headerBytes > kLongestHeader || headerBytes > size - sizeof(headerBytes))
    failInput("{}: this is no safetensors file, or only a part of one; download it again", file.string());
  std::string text(headerBytes, '\0');
  stream_.read(text.data(), std::streamsize(text.size()));
  const json header = parseShallow(text);
  if (!stream_ || !header.is_object())
    failInput("{}: this is no safetensors file: its header is no JSON", file.string());
  for (const auto& [name, entry] : header.items())
    if (name != "__metadata__") tensors_.emplace(name, readTensor(file, name, entry));
  if (const json about = header.value("__metadata__", json::object()); about.is_object())
    for (const auto& [key, value] : about.items())
      if (value.is_string()) metadata_.emplace(key, value.get<std::string>());
  dataStart_ = sizeof(headerBytes) + headerBytes;
  checkPlaces(file, tensors_, size - dataStart_);
}

const Safetensors::Tensor& Safetensors::require(const std::string& name,
                                                std::span<const std::int64_t> shape) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end())
    failInput("{}: the tensor {} is missing; is this the file that belongs to its config.json?",
              file_.string(), name);
  if (!std::equal(shape.begin(), shape.end(), found->second.shape.begin(), found->second.shape.end()))
    failInput("{}: the tensor {} has the shape {}, config.json asks for {}", file_.string(), name,
              shapeText(found->second.shape), shapeText(shape));
  return found->second;
}

void Safetensors::read(const std::string& name, std::span<const std::int64_t> shape,
                       std::span<float> values) {
  const Tensor& tensor = require(name, shape);
  std::vector<char> bytes(tensor.end - tensor.begin);
  stream_.clear();
  stream_.seekg(std::streamoff(dataStart_ + tensor.begin));
  stream_.read(bytes.data(), std::streamsize(bytes.size()));
  if (!stream_)
    failInput("{}: the tensor {} cannot be read; was the file changed meanwhile?", file_.string(), name);
  if (tensor.type == "F32") convertAll<float>(bytes, values, [](float v) { return v; });
  else if (tensor.type == "F64") convertAll<double>(bytes, values, [](double v) { return float(v); });
  else if (tensor.type == "F16") convertAll<std::uint16_t>(bytes, values, halfToFloat);
  else if (tensor.type == "BF16")
    convertAll<std::uint16_t>(bytes, values,
                              [](std::uint16_t v) { return std::bit_cast<float>(std::uint32_t(v) << 16); });
  else
    failInput("{}: the tensor {} is of type {}; weights are F32, F16, BF16 or F64", file_.string(), name,
              tensor.type);
}

void writeSafetensors(const fs::path& file, const std::vector<StoredTensor>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  json header = {{"__metadata__", metadata}};
  std::string values;
  for (const StoredTensor& tensor : tensors) {
    const std::size_t begin = values.size();
    for (const float value : tensor.values) {
      const std::uint16_t half = floatToHalf(value);
      values.append(
          tensor.half ? reinterpret_cast<const char*>(&half) : reinterpret_cast<const char*>(&value),
          tensor.half ? sizeof(half) : sizeof(value));
    }
    header[tensor.name] = {{"dtype", tensor.half ? "F16" : "F32"},
                           {"shape", tensor.shape},
                           {"data_offsets", {begin, values.size()}}};
  }
  const std::string text = header.dump();
  const std::uint64_t size = text.size();
  writeFileAtomically(file, std::string(reinterpret_cast<const char*>(&size), sizeof(size)) + text + values);
}

}  // namespace patchpilot
