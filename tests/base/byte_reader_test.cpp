#include "base/byte_reader.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(ByteReader, ReadsWhatWasAppended) {
  Bytes bytes;
  append(bytes, "head");
  appendLittleEndian(bytes, std::uint32_t(0x01020304));
  appendBigEndian(bytes, std::uint16_t(0x0506));
  EXPECT_EQ(bytes, (Bytes{'h', 'e', 'a', 'd', 4, 3, 2, 1, 5, 6}));
  EXPECT_TRUE(startsWith(bytes, "head"));
  EXPECT_FALSE(startsWith(std::span(bytes).first(3), "head"));
  ByteReader reader(bytes, "a file");
  EXPECT_EQ(reader.text(4, "the head"), "head");
  EXPECT_EQ(reader.littleEndian<std::uint32_t>("a number"), 0x01020304u);
  EXPECT_EQ(reader.bigEndian<std::uint16_t>("another"), 0x0506u);
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(ByteReader, BelievesNoSizeBeyondTheEnd) {
  const Bytes bytes{1, 2, 3};
  ByteReader reader(bytes, "a file");
  reader.take(1, "the head");
  try {
    reader.take(UINT64_MAX, "the body");
    FAIL() << "it is not there";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "a file is cut short: the body should be 18446744073709551615 bytes, 2 are left");
  }
  EXPECT_EQ(reader.remaining(), 2u) << "nothing is taken then";
}

}  // namespace
}  // namespace patchpilot
