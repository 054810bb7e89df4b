#include "data/shard.h"

#include "base/error.h"
#include "base/files.h"
#include "data/checksum.h"
#include "data/little_endian.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

namespace patchpilot {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little,
              "views of mapped values need the byte order of the file");

namespace {

constexpr std::string_view kMagic = "PPSHARD\n";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeader = 64, kColumnEntry = 64, kColumnName = 56, kFingerprint = 32;
constexpr std::size_t kVersionAt = 8, kColumnsAt = 12, kFingerprintAt = 16, kValuesAt = 48, kHeaderSumAt = 56;
constexpr std::size_t kNumberAt = 0, kFamilyAt = 8, kLengthAt = 16, kOnsetAt = 24, kNoteAt = 32,
                      kVelocityAt = 33, kRecordHeader = 40;

/// Sizes beyond these are damage: they bound what a file makes this program allocate.
constexpr std::size_t kMostValues = 100'000, kMostColumns = 1000, kMostOfColumn = 100'000'000,
                      kLargestRecord = std::size_t(1) << 30;

std::size_t valueBytes(ColumnType type) {
  switch (type) {
    case ColumnType::bytes: return 1;
    case ColumnType::halfs: return 2;
    case ColumnType::floats: return 4;
  }
  return 0;
}

std::size_t padded(std::size_t bytes) { return (bytes + 7) / 8 * 8; }

/// Why a format cannot be a shard's; empty if it can.
std::string problemOf(const ShardFormat& format) {
  if (format.space.size() != kFingerprint) return "the space's fingerprint is not of 32 characters";
  if (format.values > kMostValues) return fmt::format("{} parameters are too many", format.values);
  if (format.columns.size() > kMostColumns) return fmt::format("{} columns", format.columns.size());
  std::size_t all = 0;
  for (const Column& column : format.columns) {
    if (column.name.empty() || column.name.size() >= kColumnName)
      return fmt::format("the name of a column, '{}', is not of 1 to {} bytes", column.name, kColumnName - 1);
    if (valueBytes(column.type) == 0) return fmt::format("the type of column {} is unknown", column.name);
    if (column.count > kMostOfColumn)
      return fmt::format("{} values of column {} are too many", column.count, column.name);
    all += column.bytes();
  }
  if (all > kLargestRecord) return "a record is too long";
  return "";
}

std::uint64_t headerSum(std::span<const std::uint8_t> header) {
  Bytes covered(header.begin(), header.end());
  std::fill_n(covered.begin() + kHeaderSumAt, sizeof(std::uint64_t), std::uint8_t(0));
  return checksum(covered);
}

void put(Bytes& bytes, std::size_t at, const auto& number) {
  const auto stored = littleEndian(number);
  std::memcpy(bytes.data() + at, &stored, sizeof(stored));
}

Bytes headerOf(const ShardFormat& format) {
  Bytes bytes(kHeader + format.columns.size() * kColumnEntry, 0);
  std::copy(kMagic.begin(), kMagic.end(), bytes.begin());
  put(bytes, kVersionAt, kVersion);
  put(bytes, kColumnsAt, std::uint32_t(format.columns.size()));
  std::copy(format.space.begin(), format.space.end(), bytes.begin() + kFingerprintAt);
  put(bytes, kValuesAt, std::uint32_t(format.values));
  for (std::size_t i = 0; i < format.columns.size(); ++i) {
    const Column& column = format.columns[i];
    const std::size_t at = kHeader + i * kColumnEntry;
    std::copy(column.name.begin(), column.name.end(), bytes.begin() + std::ptrdiff_t(at));
    put(bytes, at + kColumnName, std::uint32_t(column.type));
    put(bytes, at + kColumnName + 4, std::uint32_t(column.count));
  }
  put(bytes, kHeaderSumAt, headerSum(bytes));
  return bytes;
}

std::string textAt(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t most) {
  const auto* text = reinterpret_cast<const char*>(bytes.data() + at);
  return {text, std::find(text, text + most, '\0')};
}

ShardFormat readHeader(const fs::path& file, std::span<const std::uint8_t> bytes) {
  const auto number = [&](std::size_t at) { return getLittleEndian<std::uint32_t>(bytes.data() + at); };
  if (bytes.size() < kHeader || !std::equal(kMagic.begin(), kMagic.end(), bytes.begin()))
    failInput("{}: this is no shard of examples", file.string());
  if (number(kVersionAt) != kVersion)
    failInput("{}: it is a shard of version {}; this program reads version {}: make it again", file.string(),
              number(kVersionAt), kVersion);
  const std::size_t columns = number(kColumnsAt);
  if (columns > kMostColumns || bytes.size() < kHeader + columns * kColumnEntry)
    failInput("{}: its header is damaged, or only a part of the file is there", file.string());
  const auto header = bytes.first(kHeader + columns * kColumnEntry);
  if (getLittleEndian<std::uint64_t>(bytes.data() + kHeaderSumAt) != headerSum(header))
    failInput("{}: its header is damaged; make it again", file.string());
  ShardFormat format{textAt(bytes, kFingerprintAt, kFingerprint), number(kValuesAt), {}};
  for (std::size_t at = kHeader; at < header.size(); at += kColumnEntry)
    format.columns.push_back(
        {textAt(bytes, at, kColumnName), ColumnType(number(at + kColumnName)), number(at + kColumnName + 4)});
  if (const std::string problem = problemOf(format); !problem.empty())
    failInput("{}: its header makes no sense: {}", file.string(), problem);
  return format;
}

}  // namespace

std::size_t Column::bytes() const { return count * valueBytes(type); }

std::size_t ShardFormat::column(const std::string& name) const {
  std::string known;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return i;
    known += (known.empty() ? "" : ", ") + columns[i].name;
  }
  failInput("the shards have no column '{}', only {}", name, known.empty() ? "none" : known);
}

RecordLayout::RecordLayout(const ShardFormat& format) : values(kRecordHeader) {
  std::size_t at = padded(values + format.values * sizeof(float));
  for (const Column& column : format.columns) {
    columns.push_back(at);
    at = padded(at + column.bytes());
  }
  checksum = at;
  size = at + sizeof(std::uint64_t);
}

std::uint64_t ExampleView::number() const { return getLittleEndian<std::uint64_t>(record_ + kNumberAt); }

std::uint64_t ExampleView::family() const { return getLittleEndian<std::uint64_t>(record_ + kFamilyAt); }

Note ExampleView::note() const {
  return {record_[kNoteAt], record_[kVelocityAt], getLittleEndian<double>(record_ + kLengthAt)};
}

double ExampleView::onsetSeconds() const { return getLittleEndian<double>(record_ + kOnsetAt); }

std::span<const float> ExampleView::values() const {
  return {reinterpret_cast<const float*>(record_ + layout_->values), format_->values};
}

template <typename Value>
std::span<const Value> ExampleView::columnOf(std::size_t column, ColumnType type) const {
  const Column& wanted = format_->columns.at(column);
  if (wanted.type != type)
    throw Error(ExitCode::internal, fmt::format("column {} is of another type", wanted.name));
  return {reinterpret_cast<const Value*>(record_ + layout_->columns[column]), wanted.count};
}

std::span<const std::uint8_t> ExampleView::bytes(std::size_t column) const {
  return columnOf<std::uint8_t>(column, ColumnType::bytes);
}

std::span<const std::uint16_t> ExampleView::halfs(std::size_t column) const {
  return columnOf<std::uint16_t>(column, ColumnType::halfs);
}

std::span<const float> ExampleView::floats(std::size_t column) const {
  return columnOf<float>(column, ColumnType::floats);
}

Example ExampleView::example() const {
  const auto own = values();
  return {{own.begin(), own.end()}, note(), onsetSeconds(), number(), family(), format_->space};
}

ShardReader::ShardReader(const fs::path& file)
    : file_(file),
      mapped_(file),
      format_(std::make_unique<const ShardFormat>(readHeader(file, mapped_.bytes()))),
      layout_(std::make_unique<const RecordLayout>(*format_)),
      headerBytes_(kHeader + format_->columns.size() * kColumnEntry),
      size_((mapped_.bytes().size() - headerBytes_) / layout_->size) {
  while (size_ > 0 && !intact(size_ - 1)) --size_;
}

const std::uint8_t* ShardReader::record(std::size_t index) const {
  return mapped_.bytes().data() + headerBytes_ + index * layout_->size;
}

bool ShardReader::intact(std::size_t index) const {
  const std::uint8_t* from = record(index);
  return checksum({from, layout_->checksum}) == getLittleEndian<std::uint64_t>(from + layout_->checksum);
}

ExampleView ShardReader::at(std::size_t index) const {
  if (index >= size_)
    throw Error(ExitCode::internal, fmt::format("{} has no example {}", file_.string(), index));
  if (!intact(index)) failInput("{}: example {} is damaged; make the file again", file_.string(), index);
  return {*format_, *layout_, record(index)};
}

ShardWriter::ShardWriter(const fs::path& file, const ShardFormat& format)
    : file_(file), format_(format), layout_(format) {
  if (const std::string problem = problemOf(format); !problem.empty())
    throw Error(ExitCode::internal, fmt::format("{}: {}", file.string(), problem));
  if (!fs::exists(file)) writeFileAtomically(file, headerOf(format));
  FileLock lock(file);
  const ShardReader there(file);
  if (there.format() != format)
    failInput("{} holds examples of another space, or with other columns; remove it, or name another file",
              file.string());
  size_ = there.size();
  if (size_ > 0) lastNumber_ = there.at(size_ - 1).number();
  out_.emplace(file, std::move(lock), there.wholeBytes());
}

void ShardWriter::check(const Example& example, std::span<const std::span<const std::byte>> columns) const {
  const auto refuse = [&](const std::string& what) {
    throw Error(ExitCode::internal, fmt::format("{}: example {} {}", file_.string(), example.number, what));
  };
  if (example.space != format_.space) refuse("is of another space");
  if (example.values.size() != format_.values)
    refuse(fmt::format("has {} values instead of {}", example.values.size(), format_.values));
  if (lastNumber_ && example.number <= *lastNumber_) refuse(fmt::format("follows {}", *lastNumber_));
  if (columns.size() != format_.columns.size())
    refuse(fmt::format("has {} columns instead of {}", columns.size(), format_.columns.size()));
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].size() != format_.columns[i].bytes())
      refuse(fmt::format("has {} bytes of {} instead of {}", columns[i].size(), format_.columns[i].name,
                         format_.columns[i].bytes()));
}

void ShardWriter::append(const Example& example, std::span<const std::span<const std::byte>> columns) {
  check(example, columns);
  Bytes record(layout_.size, 0);
  put(record, kNumberAt, example.number);
  put(record, kFamilyAt, example.family);
  put(record, kLengthAt, example.note.lengthSeconds);
  put(record, kOnsetAt, example.onsetSeconds);
  record[kNoteAt] = std::uint8_t(example.note.midi);
  record[kVelocityAt] = std::uint8_t(example.note.velocity);
  for (std::size_t i = 0; i < example.values.size(); ++i)
    put(record, layout_.values + i * sizeof(float), example.values[i]);
  for (std::size_t i = 0; i < columns.size(); ++i)
    std::transform(columns[i].begin(), columns[i].end(), record.begin() + std::ptrdiff_t(layout_.columns[i]),
                   [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
  put(record, layout_.checksum, checksum({record.data(), layout_.checksum}));
  out_->append(record);
  lastNumber_ = example.number;
  ++size_;
}

ShardSet::ShardSet(const std::vector<fs::path>& files) : starts_{0} {
  if (files.empty()) failInput("there are no shards of examples");
  for (const fs::path& file : files) {
    shards_.emplace_back(file);
    if (shards_.back().format() != shards_.front().format())
      failInput("{} and {} hold examples of different spaces, or different columns", files.front().string(),
                file.string());
    starts_.push_back(starts_.back() + shards_.back().size());
  }
}

ExampleView ShardSet::at(std::size_t index) const {
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), index);
  if (next == starts_.end()) throw Error(ExitCode::internal, fmt::format("there is no example {}", index));
  const std::size_t shard = std::size_t(next - starts_.begin()) - 1;
  return shards_[shard].at(index - starts_[shard]);
}

std::vector<std::uint64_t> ShardSet::families() const {
  std::vector<std::uint64_t> all;
  all.reserve(size());
  for (const ShardReader& shard : shards_)
    for (std::size_t i = 0; i < shard.size(); ++i) all.push_back(shard.at(i).family());
  return all;
}

}  // namespace patchpilot
