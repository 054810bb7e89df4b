#include "networks/keras_weights.h"

#include "base/error.h"
#include "base/files.h"

#include <H5Apublic.h>
#include <H5Dpublic.h>
#include <H5Epublic.h>
#include <H5FDcore.h>
#include <H5Fpublic.h>
#include <H5Gpublic.h>
#include <H5Lpublic.h>
#include <H5Ppublic.h>
#include <H5Spublic.h>
#include <H5Tpublic.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// Far above any network that this program knows, and far below what fills the memory.
constexpr std::size_t kLargestBytes = 1u << 30;

/// Of all texts of a list together.
constexpr std::size_t kMostNameBytes = 1u << 20;

/// HDF5's handle, closed by the function that fits it.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

Bytes unzipped(const std::string& file, const Bytes& bytes) {
  z_stream stream{};
  constexpr int kGzipHeader = 16 + MAX_WBITS;
  inflateInit2(&stream, kGzipHeader);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = uInt(bytes.size());
  Bytes out;
  for (int state = Z_OK; state != Z_STREAM_END;) {
    const std::size_t done = out.size();
    out.resize(done + (1u << 20));
    stream.next_out = out.data() + done;
    stream.avail_out = 1u << 20;
    state = inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = (1u << 20) - stream.avail_out;
    out.resize(done + made);
    const bool stuck = state == Z_OK && made == 0;
    if ((state != Z_OK && state != Z_STREAM_END) || stuck)
      failInput("{}: the compressed file is damaged; fetch it again", file);
    if (out.size() > kLargestBytes)
      failInput("{}: unpacked it has more than 1 GB; that is no file of weights", file);
  }
  return out;
}

/// A weight file that lies in memory. Its errors name the file.
class WeightFile {
 public:
  explicit WeightFile(const fs::path& path) : name_(path.string()), bytes_(readFile(path, kLargestBytes)) {
    if (bytes_.size() > 2 && bytes_[0] == 0x1f && bytes_[1] == 0x8b) bytes_ = unzipped(name_, bytes_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // HDF5 would print what it finds wrong
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    constexpr std::size_t kGrowth = 1u << 16;
    H5Pset_fapl_core(access, kGrowth, false);
    H5Pset_file_image(access, bytes_.data(), bytes_.size());
    file_ = std::make_unique<Handle>(H5Fopen("weights", H5F_ACC_RDONLY, access), H5Fclose);
    if (*file_ < 0) failInput("{} is no HDF5 file, or a damaged one; fetch it again", name_);
  }

  std::vector<KerasLayer> layers() {
    const bool whole = H5Lexists(*file_, "model_weights", H5P_DEFAULT) > 0;
    const Handle group = open(*file_, whole ? "model_weights" : "/");
    std::vector<KerasLayer> result;
    for (const std::string& name : texts(group, "layer_names")) {
      const Handle layerGroup = open(group, name);
      KerasLayer layer{name, {}};
      for (const std::string& array : texts(layerGroup, "weight_names"))
        layer.arrays.push_back(read(layerGroup, array));
      if (!layer.arrays.empty()) result.push_back(std::move(layer));
    }
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    failInput("{} holds no weights as Keras writes them ({}); fetch it again", name_, what);
  }

  Handle open(hid_t parent, const std::string& name) const {
    Handle group(H5Gopen2(parent, name.c_str(), H5P_DEFAULT), H5Gclose);
    if (group < 0) fail("no group '" + name + "'");
    return group;
  }

  /// A list of texts, each of the same length or of its own.
  std::vector<std::string> texts(hid_t object, const char* name) const {
    const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
    if (attribute < 0) fail(fmt::format("no attribute '{}'", name));
    const Handle space(H5Aget_space(attribute), H5Sclose);
    const Handle type(H5Aget_type(attribute), H5Tclose);
    const auto count = H5Sget_simple_extent_npoints(space);
    std::vector<std::string> result;
    if (count <= 0) return result;  // Keras writes an empty list of numbers where there is no text
    if (H5Tget_class(type) != H5T_STRING) fail(fmt::format("attribute '{}' is no list of texts", name));
    const std::size_t length = H5Tget_size(type);
    if (std::size_t(count) > kMostNameBytes / std::max<std::size_t>(1, length))
      fail(fmt::format("attribute '{}' is too long", name));
    if (H5Tis_variable_str(type) > 0) {
      std::vector<char*> pointers(static_cast<std::size_t>(count), nullptr);
      if (H5Aread(attribute, type, pointers.data()) < 0)
        fail(fmt::format("attribute '{}' cannot be read", name));
      for (const char* text : pointers) result.emplace_back(text != nullptr ? text : "");
      H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
      return result;
    }
    std::vector<char> bytes(length * std::size_t(count));
    if (H5Aread(attribute, type, bytes.data()) < 0) fail(fmt::format("attribute '{}' cannot be read", name));
    for (std::size_t i = 0; i < std::size_t(count); ++i) {
      const std::string text(bytes.data() + i * length, length);
      result.push_back(text.substr(0, text.find('\0')));
    }
    return result;
  }

  KerasArray read(hid_t group, const std::string& name) {
    const Handle data(H5Dopen2(group, name.c_str(), H5P_DEFAULT), H5Dclose);
    if (data < 0) fail("no array '" + name + "'");
    const Handle space(H5Dget_space(data), H5Sclose);
    std::vector<hsize_t> sizes(std::size_t(std::max(0, H5Sget_simple_extent_ndims(space))));
    H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
    KerasArray array{name, {sizes.begin(), sizes.end()}, {}};
    const auto count = H5Sget_simple_extent_npoints(space);
    // A small file can name large arrays, and one array many times.
    if (count < 0 || std::size_t(count) > valuesLeft_) fail("array '" + name + "' is too large");
    valuesLeft_ -= std::size_t(count);
    array.values.resize(std::size_t(count));
    if (H5Dread(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()) < 0)
      fail("array '" + name + "' cannot be read");
    return array;
  }

  std::string name_;
  Bytes bytes_;
  std::unique_ptr<Handle> file_;
  std::size_t valuesLeft_ = kLargestBytes / sizeof(float);
};

}  // namespace

std::vector<KerasLayer> readKerasWeights(const fs::path& file) { return WeightFile(file).layers(); }

}  // namespace patchpilot
