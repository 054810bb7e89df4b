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

}  // namespace
}  // namespace patchpilot
