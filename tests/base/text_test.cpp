#include "base/text.h"

#include "base/error.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(Text, OneLineKeepsCharactersAndDropsControl) {
  EXPECT_EQ(oneLine("Bläser 日本 🎹"), "Bläser 日本 🎹");
  EXPECT_EQ(oneLine("a\nb\tc\x1B[31m"), "a b c [31m");
  EXPECT_EQ(oneLine("\xC2\x9B"
                    "31m"),
            "31m");
  EXPECT_EQ(oneLine("  padded  \n"), "padded");
  EXPECT_EQ(oneLine(std::string("x\0y", 3)), "x y");
  EXPECT_EQ(oneLine(""), "");
}

TEST(Text, WhatIsNoUtf8BecomesQuestionMarks) {
  EXPECT_EQ(oneLine("a\xFF"
                    "b"),
            "a?b");
  EXPECT_EQ(oneLine("\xC3"), "?");
  EXPECT_EQ(oneLine("\xED\xA0\x80"), "???") << "half of a surrogate pair";
  EXPECT_EQ(oneLine("\xC0\xAF"), "??") << "longer than it need be";
}

TEST(Text, AnErrorIsOneLineWhateverItQuotes) {
  EXPECT_STREQ(Error(ExitCode::input, "the chunk 'a\nb\x07' is broken").what(), "the chunk 'a b ' is broken");
}

TEST(Text, ABeginningHasWholeCharacters) {
  EXPECT_EQ(beginningOf("short", 5), "short");
  EXPECT_EQ(beginningOf("longer", 5), "longe");
  EXPECT_EQ(beginningOf("B\xC3\xA4sse", 2), "B");
  EXPECT_EQ(beginningOf("\xE3\x81\xA8\xE3\x81\xA6\xE3\x82\x82", 8), "\xE3\x81\xA8\xE3\x81\xA6");
  EXPECT_EQ(beginningOf("Cafe\xCC\x81s", 4), "Caf") << "an accent of its own";
  EXPECT_EQ(beginningOf("\xE3\x83\x8F\xE3\x82\x9A\xE3\x83\x83\xE3\x83\x89", 5), "")
      << "Pa, as macOS writes it";
  EXPECT_EQ(beginningOf("a\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x8E\xA4", 10), "a")
      << "a singer of three code points";
  EXPECT_EQ(beginningOf("ab\xFF\xFE\xFD", 4), "ab\xFF\xFE") << "bytes of another encoding";
  EXPECT_EQ(beginningOf("abc", 0), "");
}

TEST(Text, AShortNameKeepsItsNumber) {
  EXPECT_EQ(shortName("A long name 12", 7), "A lo 12");
  EXPECT_EQ(shortName("A long name 12", 14), "A long name 12");
  EXPECT_EQ(shortName("Warm and wide pad 3", 11), "Warm and 3") << "no two spaces";
  EXPECT_EQ(shortName("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E 5", 9), "\xE6\x97\xA5\xE6\x9C\xAC 5");
  EXPECT_EQ(shortName("Bass2000", 5), "Bass2") << "no number of its own";
  EXPECT_EQ(shortName("x 1234567890", 5), "x 123");
  EXPECT_EQ(shortName("123456", 3), "123");
  EXPECT_EQ(shortName("ab 12", 2), "ab");
}

}  // namespace
}  // namespace patchpilot
