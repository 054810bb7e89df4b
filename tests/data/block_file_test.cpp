#include "data/block_file.h"

#include "base/error.h"
#include "data/checksum.h"
#include "data/little_endian.h"
#include "test_support.h"

namespace patchpilot {
namespace {

constexpr BlockFile::Kind kKind{"blocks 1\n", "is no file of blocks", "is of other content"};

TEST(BlockFile, IsLittleEndianAndKeepsWholeBlocks) {
  const TemporaryFolder folder;
  const auto file = folder / "a";
  const Bytes first{1, 2, 3}, second(300, 9);
  {
    BlockFile blocks(file, kKind, "content");
    blocks.append(first);
    blocks.append(second);
  }
  const Bytes whole = readFile(file);
  constexpr std::size_t kHeader = 9 + 32 + 1;
  ASSERT_EQ(whole.size(), kHeader + 2 * 16 + 303);
  EXPECT_EQ(whole[kHeader], 3);  // the length's lowest byte comes first
  EXPECT_EQ(getLittleEndian<std::uint64_t>(whole.data() + kHeader + 8), checksum(first));
  for (const std::size_t lost : {1u, 299u, 310u}) {
    std::filesystem::resize_file(file, whole.size() - lost);
    BlockFile blocks(file, kKind, "content");
    EXPECT_EQ(blocks.blocks(), (std::vector<Bytes>{first}));
    blocks.append(second);
    EXPECT_EQ(readFile(file), whole);
  }
}

TEST(BlockFile, ALengthBeyondTheFileIsNotBelieved) {
  const TemporaryFolder folder;
  const auto file = folder / "a";
  BlockFile(file, kKind, "content").append(Bytes{1, 2, 3});
  Bytes bytes = readFile(file);
  std::fill_n(bytes.begin() + 42, 8, std::uint8_t(0xff));
  writeFileAtomically(file, bytes);
  EXPECT_TRUE(BlockFile(file, kKind, "content").blocks().empty());
}

TEST(LittleEndian, PutsTheLowestByteFirst) {
  Bytes bytes;
  putLittleEndian(bytes, std::uint32_t(0x01020304));
  putLittleEndian(bytes, 1.0f);
  EXPECT_EQ(bytes, (Bytes{4, 3, 2, 1, 0, 0, 0x80, 0x3f}));
  std::span<const std::uint8_t> left(bytes);
  std::vector<std::uint32_t> numbers;
  EXPECT_TRUE(takeLittleEndian(left, 1, numbers));
  EXPECT_EQ(numbers, (std::vector<std::uint32_t>{0x01020304}));
  std::vector<float> floats;
  EXPECT_FALSE(takeLittleEndian(left, 2, floats));
  EXPECT_TRUE(takeLittleEndian(left, 1, floats));
  EXPECT_EQ(floats, (std::vector<float>{1}));
}

}  // namespace
}  // namespace patchpilot
