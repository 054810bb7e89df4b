#include "data/shard.h"

#include "base/error.h"
#include "base/random.h"
#include "test_support.h"

#include <functional>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

const std::string kSpace = "0123456789abcdef0123456789abcdef";

ShardFormat format() {
  return {kSpace,
          5,
          {{"logmel", ColumnType::bytes, 11},
           {"envelope", ColumnType::halfs, 3},
           {"level", ColumnType::floats, 1}}};
}

/// An example and its columns that follow from its number.
struct Made {
  Example example;
  std::vector<std::uint8_t> logmel;
  std::vector<std::uint16_t> envelope;
  std::vector<float> level;

  std::vector<std::span<const std::byte>> columns() const {
    return {std::as_bytes(std::span(logmel)), std::as_bytes(std::span(envelope)),
            std::as_bytes(std::span(level))};
  }
};

Made made(std::uint64_t number) {
  SplitMix64 random(7, number);
  Made one{{{},
            {int(random.below(128)), 1 + int(random.below(127)), random.uniform()},
            random.uniform(),
            number,
            number / 3,
            kSpace},
           std::vector<std::uint8_t>(11),
           std::vector<std::uint16_t>(3),
           {float(random.uniform())}};
  for (int i = 0; i < 5; ++i) one.example.values.push_back(float(random.uniform()));
  for (auto& value : one.logmel) value = std::uint8_t(random.below(256));
  for (auto& value : one.envelope) value = std::uint16_t(random.below(65536));
  return one;
}

void append(ShardWriter& writer, std::uint64_t number) {
  const Made one = made(number);
  writer.append(one.example, one.columns());
}

void write(const fs::path& file, std::uint64_t first, std::uint64_t end) {
  ShardWriter writer(file, format());
  for (std::uint64_t number = first; number < end; ++number) append(writer, number);
}

void expectMade(const ExampleView& view, std::uint64_t number) {
  const Made wanted = made(number);
  EXPECT_EQ(view.number(), number);
  EXPECT_EQ(view.family(), wanted.example.family);
  EXPECT_EQ(view.note().midi, wanted.example.note.midi);
  EXPECT_EQ(view.note().velocity, wanted.example.note.velocity);
  EXPECT_EQ(view.note().lengthSeconds, wanted.example.note.lengthSeconds);
  EXPECT_EQ(view.onsetSeconds(), wanted.example.onsetSeconds);
  EXPECT_EQ(view.example().values, wanted.example.values);
  EXPECT_EQ(view.example().space, kSpace);
  EXPECT_TRUE(std::ranges::equal(view.bytes(0), wanted.logmel));
  EXPECT_TRUE(std::ranges::equal(view.halfs(1), wanted.envelope));
  EXPECT_TRUE(std::ranges::equal(view.floats(2), wanted.level));
}

class Shard : public testing::Test {
 protected:
  std::string refusal(const std::function<void()>& use, ExitCode code = ExitCode::input) {
    try {
      use();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      return error.what();
    }
    return "none";
  }

  TemporaryFolder folder_;
  fs::path file_ = folder_ / "a.shard";
};

TEST_F(Shard, GivesBackWhatWasWritten) {
  write(file_, 0, 10);
  const ShardReader reader(file_);
  EXPECT_EQ(reader.format(), format());
  EXPECT_EQ(reader.format().column("envelope"), 1u);
  ASSERT_EQ(reader.size(), 10u);
  for (const std::size_t i : {9u, 0u, 4u}) expectMade(reader.at(i), i);
}

TEST_F(Shard, MayBeEmpty) {
  write(file_, 0, 0);
  EXPECT_EQ(ShardReader(file_).size(), 0u);
  EXPECT_EQ(ShardWriter(file_, format()).lastNumber(), std::nullopt);
}

TEST_F(Shard, BytesDependOnTheExamplesAlone) {
  write(file_, 0, 9);
  const fs::path parts = folder_ / "parts.shard";
  write(parts, 0, 4);
  write(parts, 4, 9);
  EXPECT_EQ(readFile(file_), readFile(parts));
}

TEST_F(Shard, FormatIsVersionOne) {
  // A file of an earlier program must stay readable: if this changes, the version has to.
  write(file_, 0, 3);
  EXPECT_EQ(contentHash(readFile(file_)), "ba85eaaba11fddbd630f793a2236c061");
}

TEST_F(Shard, WhatAKillLeftHalfWrittenIsDropped) {
  write(file_, 0, 6);
  const Bytes whole = readFile(file_);
  const std::size_t record = (whole.size() - 64 - 3 * 64) / 6;
  for (const std::size_t lost : {std::size_t(1), record - 1, record, record + 5}) {
    Bytes bytes = whole;
    bytes.resize(whole.size() - lost);
    writeFileAtomically(file_, bytes);
    const std::size_t left = lost <= record ? 5 : 4;
    EXPECT_EQ(ShardReader(file_).size(), left);
    ShardWriter writer(file_, format());
    EXPECT_EQ(writer.size(), left);
    EXPECT_EQ(writer.lastNumber(), left - 1);
    for (std::uint64_t number = left; number < 6; ++number) append(writer, number);
    writer.flush();
    EXPECT_EQ(readFile(file_), whole) << lost;
  }
  // As after a power cut: the length is there, the bytes of the last records are not.
  Bytes bytes = whole;
  std::fill(bytes.end() - std::ptrdiff_t(record + 9), bytes.end(), std::uint8_t(0));
  writeFileAtomically(file_, bytes);
  EXPECT_EQ(ShardReader(file_).size(), 4u);
}

TEST_F(Shard, ADamagedExampleIsRefusedAndTheOthersAreRead) {
  write(file_, 0, 6);
  Bytes bytes = readFile(file_);
  bytes[bytes.size() / 2] ^= 1;
  writeFileAtomically(file_, bytes);
  const ShardReader reader(file_);
  ASSERT_EQ(reader.size(), 6u);
  std::size_t refused = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    const std::string said = refusal([&] { expectMade(reader.at(i), i); });
    if (said == "none") continue;
    EXPECT_EQ(said, fmt::format("{}: example {} is damaged; make the file again", file_.string(), i));
    ++refused;
  }
  EXPECT_EQ(refused, 1u);
}

TEST_F(Shard, RefusesForeignAndDamagedFiles) {
  const std::string name = file_.string();
  EXPECT_NE(refusal([&] { ShardReader reader(file_); }).find(name), std::string::npos);
  for (const std::string text :
       {"something", "PPSHARD\n", "PPSHARD\n and some more that makes no sense at all, none whatsoever"}) {
    writeFileAtomically(file_, text);
    EXPECT_NE(refusal([&] { ShardReader reader(file_); }).find(name + ": "), std::string::npos);
    EXPECT_NE(refusal([&] { ShardWriter writer(file_, format()); }).find(name + ": "), std::string::npos);
  }
  fs::remove(file_);
  write(file_, 0, 2);
  const Bytes whole = readFile(file_);
  for (std::size_t at = 0; at < 64 + 3 * 64; ++at) {
    Bytes bytes = whole;
    bytes[at] ^= 0x40;
    writeFileAtomically(file_, bytes);
    EXPECT_NE(refusal([&] { ShardReader reader(file_); }).find(name + ": "), std::string::npos) << at;
  }
}

TEST_F(Shard, RefusesOtherFormatsAndASecondWriter) {
  ShardWriter writer(file_, format());
  EXPECT_NE(refusal([&] { ShardWriter second(file_, format()); }, ExitCode::system).find(file_.string()),
            std::string::npos);
  const fs::path other = folder_ / "b.shard";
  write(other, 0, 1);
  ShardFormat wider = format();
  wider.columns.pop_back();
  EXPECT_EQ(refusal([&] { ShardWriter second(other, wider); }),
            other.string() +
                " holds examples of another space, or with other columns; remove it, or name another file");
}

TEST_F(Shard, RefusesExamplesThatDoNotFit) {
  ShardWriter writer(file_, format());
  append(writer, 5);
  const auto refused = [&](std::uint64_t number, const std::function<void(Made&)>& change) {
    Made one = made(number);
    change(one);
    return refusal([&] { writer.append(one.example, one.columns()); }, ExitCode::internal);
  };
  EXPECT_NE(refused(5, [](Made&) {}).find("follows 5"), std::string::npos);
  EXPECT_NE(refused(6, [](Made& m) { m.example.values.pop_back(); }).find("4 values instead of 5"),
            std::string::npos);
  EXPECT_NE(refused(6, [](Made& m) { m.logmel.pop_back(); }).find("10 bytes of logmel instead of 11"),
            std::string::npos);
  EXPECT_NE(refused(6, [](Made& m) { m.example.space[0] = 'f'; }).find("another space"), std::string::npos);
  EXPECT_EQ(writer.size(), 1u);
}

TEST_F(Shard, SeveralAreOneSequence) {
  write(file_, 0, 4);
  write(folder_ / "b.shard", 4, 4);
  write(folder_ / "c.shard", 4, 9);
  const ShardSet set({file_, folder_ / "b.shard", folder_ / "c.shard"});
  ASSERT_EQ(set.size(), 9u);
  for (std::size_t i = 0; i < 9; ++i) expectMade(set.at(i), i);
  EXPECT_EQ(set.families(), (std::vector<std::uint64_t>{0, 0, 0, 1, 1, 1, 2, 2, 2}));
  EXPECT_THROW(set.at(9), Error);
  ShardWriter({folder_ / "d.shard"}, {kSpace, 5, {}});
  EXPECT_NE(refusal([&] {
              ShardSet mixed({file_, folder_ / "d.shard"});
            }).find("d.shard"),
            std::string::npos);
  EXPECT_NE(refusal([&] { ShardSet none({}); }), "none");
}

}  // namespace
}  // namespace patchpilot
