#pragma once

#include "base/mapped_file.h"
#include "data/append_file.h"
#include "data/example.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace patchpilot {

/// What one value of a column is.
enum class ColumnType : std::uint32_t {
  bytes = 1,   ///< std::uint8_t
  halfs = 2,   ///< 16-bit floats (IEEE 754 binary16), as std::uint16_t
  floats = 3,  ///< 32-bit floats
};

/// A feature that is kept for each example, such as a log-mel spectrogram.
struct Column {
  std::string name;  ///< 1 to 55 bytes
  ColumnType type = ColumnType::bytes;
  std::size_t count = 0;  ///< values of an example

  std::size_t bytes() const;  ///< of an example
  bool operator==(const Column&) const = default;
};

/// What the examples of a shard have in common.
struct ShardFormat {
  std::string space;       ///< fingerprint of the parameter space: 32 hexadecimal digits
  std::size_t values = 0;  ///< parameters of the space
  std::vector<Column> columns;

  /// Index of a column. @throws Error (input) that lists the columns if there is none of that name
  std::size_t column(const std::string& name) const;

  bool operator==(const ShardFormat&) const = default;
};

/// Where the parts of a record lie. All sizes are in bytes.
struct RecordLayout {
  explicit RecordLayout(const ShardFormat& format);

  std::size_t values = 0;            ///< offset of the patch values
  std::vector<std::size_t> columns;  ///< offsets, each a multiple of 8
  std::size_t checksum = 0;          ///< offset; it covers all before it
  std::size_t size = 0;              ///< of the record, a multiple of 8
};

/// One example of a shard, in the mapped file. It is valid as long as the reader that gave it.
class ExampleView {
 public:
  ExampleView(const ShardFormat& format, const RecordLayout& layout, const std::uint8_t* record)
      : format_(&format), layout_(&layout), record_(record) {}

  std::uint64_t number() const;
  std::uint64_t family() const;
  Note note() const;
  double onsetSeconds() const;
  std::span<const float> values() const;  ///< one for each parameter

  /// The values of a column, by its index. @throws Error (internal) if the column is of another type
  std::span<const std::uint8_t> bytes(std::size_t column) const;
  std::span<const std::uint16_t> halfs(std::size_t column) const;
  std::span<const float> floats(std::size_t column) const;

  Example example() const;  ///< a copy, without the columns

 private:
  template <typename Value>
  std::span<const Value> columnOf(std::size_t column, ColumnType type) const;

  const ShardFormat* format_;
  const RecordLayout* layout_;
  const std::uint8_t* record_;
};

/// Reads a shard: a file of examples of one size, mapped into memory, so that any example is reached at once
/// and only what is looked at is read from the disk.
///
/// All numbers are little-endian. A header of 64 bytes: magic "PPSHARD\n"; version (32 bits, now 1); number
/// of columns (32); fingerprint of the space (32 characters); parameters (32); zero (32); checksum of the
/// header with this field left out (64). Then 64 bytes for each column: name, zero-padded (56); type (32);
/// values of an example (32). Then the records: number, family (64 each); length, onset (64-bit floats);
/// MIDI note, velocity (8 each); zeros (48); the patch's values (32-bit floats); the columns, each padded to
/// a multiple of 8; checksum of all before it (64).
///
/// The bytes depend on the examples alone: whoever makes a shard of the same examples makes the same file.
class ShardReader {
 public:
  /// Records at the end that a kill left incomplete are left out.
  /// @throws Error (input) that names the file if it is missing, no shard, of another version, or damaged
  explicit ShardReader(const std::filesystem::path& file);

  const std::filesystem::path& file() const { return file_; }
  const ShardFormat& format() const { return *format_; }
  std::size_t size() const { return size_; }  ///< examples

  /// Example `index`, below `size()`, after a comparison with its checksum. Safe to call from several
  /// threads. @throws Error (input) that names file and example if it is damaged
  ExampleView at(std::size_t index) const;

  /// Bytes of the file up to the end of the last whole record.
  std::uintmax_t wholeBytes() const { return headerBytes_ + size_ * layout_->size; }

 private:
  const std::uint8_t* record(std::size_t index) const;
  bool intact(std::size_t index) const;

  std::filesystem::path file_;
  MappedFile mapped_;
  std::unique_ptr<const ShardFormat> format_;  ///< where views find it, wherever the reader moves
  std::unique_ptr<const RecordLayout> layout_;
  std::size_t headerBytes_ = 0, size_ = 0;
};

/// Makes a shard, or goes on with one.
class ShardWriter {
 public:
  /// Opens the file, or makes it if it is missing. Records that a kill left incomplete are cut off.
  /// @throws Error (input) if it is no shard, or of another format; Error (system) if it cannot be written,
  /// or another writer has it open
  ShardWriter(const std::filesystem::path& file, const ShardFormat& format);

  std::size_t size() const { return size_; }                               ///< examples so far
  std::optional<std::uint64_t> lastNumber() const { return lastNumber_; }  ///< of the last example

  /// Adds an example. It may be lost in a kill until `flush` is called.
  /// @param columns  the bytes of each column, in the format's order, numbers in this machine's order
  /// @throws Error (internal) if the example does not fit the format, or its number does not ascend; Error
  /// (system) if the disk is full
  void append(const Example& example, std::span<const std::span<const std::byte>> columns = {});

  /// Hands what was added to the operating system. @throws Error (system) if the disk is full
  void flush() { out_->flush(); }

 private:
  void check(const Example& example, std::span<const std::span<const std::byte>> columns) const;

  std::filesystem::path file_;
  ShardFormat format_;
  RecordLayout layout_;
  std::size_t size_ = 0;
  std::optional<std::uint64_t> lastNumber_;
  std::optional<AppendFile> out_;
};

/// Several shards of one format as one sequence.
class ShardSet {
 public:
  /// @throws as `ShardReader`; Error (input) that names two files if their formats differ, or if there are
  /// none
  explicit ShardSet(const std::vector<std::filesystem::path>& files);

  const ShardFormat& format() const { return shards_.front().format(); }
  std::size_t size() const { return starts_.back(); }

  /// @throws as `ShardReader::at`
  ExampleView at(std::size_t index) const;

  /// The family of each example, in order. @throws as `at`
  std::vector<std::uint64_t> families() const;

 private:
  std::vector<ShardReader> shards_;
  std::vector<std::size_t> starts_;  ///< first index of each shard, and the end
};

}  // namespace patchpilot
