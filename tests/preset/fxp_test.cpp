#include "preset/fxp.h"

#include "base/error.h"
#include "shared_material.h"

#include <gtest/gtest.h>

#include <limits>

namespace patchpilot {
namespace {

Fxp withChunk() {
  Fxp fxp;
  fxp.fxId = "cjs3";
  fxp.chunk = {1, 2, 3, 4, 5, 6};
  setFxpName(fxp, "Brass");
  return fxp;
}

Fxp withParameters() {
  Fxp fxp;
  fxp.kind = Fxp::Kind::parameters;
  fxp.fxId = "MDAj";
  fxp.parameterCount = 3;
  fxp.parameters = {0.0f, 0.25f, std::numeric_limits<float>::quiet_NaN()};
  return fxp;
}

TEST(Fxp, ChunkReadsBack) {
  const auto bytes = serializeFxp(withChunk());
  const auto read = parseFxp(bytes);
  EXPECT_EQ(read.kind, Fxp::Kind::chunk);
  EXPECT_EQ(read.fxId, "cjs3");
  EXPECT_EQ(fxpName(read), "Brass");
  EXPECT_EQ(read.chunk, withChunk().chunk);
  EXPECT_FALSE(read.declaredSize);
  EXPECT_FALSE(read.declaredChunkSize);
  EXPECT_EQ(serializeFxp(read), bytes);
}

TEST(Fxp, ParametersReadBack) {
  const auto bytes = serializeFxp(withParameters());
  const auto read = parseFxp(bytes);
  EXPECT_EQ(read.kind, Fxp::Kind::parameters);
  ASSERT_EQ(read.parameters.size(), 3u);
  EXPECT_EQ(read.parameters[1], 0.25f);
  EXPECT_EQ(serializeFxp(read), bytes);
}

TEST(Fxp, WrongSizesAreKept) {
  auto fxp = withChunk();
  fxp.declaredSize = 0;
  fxp.declaredChunkSize = 1000;
  auto bytes = serializeFxp(fxp);
  auto read = parseFxp(bytes);
  EXPECT_EQ(read.chunk, fxp.chunk);
  EXPECT_EQ(read.declaredChunkSize, 1000u);
  EXPECT_EQ(serializeFxp(read), bytes);

  fxp = withChunk();
  fxp.trailing = {0xAA};
  bytes = serializeFxp(fxp);
  read = parseFxp(bytes);
  EXPECT_EQ(read.chunk, fxp.chunk);
  EXPECT_EQ(read.trailing, fxp.trailing);
  EXPECT_EQ(serializeFxp(read), bytes);
}

TEST(Fxp, ANewChunkBringsItsOwnSize) {
  auto fxp = withChunk();
  fxp.declaredChunkSize = 1000;
  fxp.trailing = {1};
  setFxpChunk(fxp, {7, 8});
  const auto read = parseFxp(serializeFxp(fxp));
  EXPECT_EQ(read.chunk, (Bytes{7, 8}));
  EXPECT_FALSE(read.declaredChunkSize);
  EXPECT_TRUE(read.trailing.empty());
}

TEST(Fxp, LongNamesAreCutBetweenCharacters) {
  Fxp fxp;
  setFxpName(fxp, "twenty-six letters are herö");  // the last one takes two bytes and the 28th must be zero
  EXPECT_EQ(fxpName(fxp), "twenty-six letters are her" + std::string());
  setFxpName(fxp, "short");
  EXPECT_EQ(fxpName(fxp), "short");
}

TEST(Fxp, LongNamesKeepTheirRank) {
  Fxp fxp;
  setFxpName(fxp, "A bass that somebody has recorded 12");
  EXPECT_EQ(fxpName(fxp), "A bass that somebody has 12");
  setFxpName(fxp, "\u3068\u3066\u3082\u9577\u3044\u540D\u524D\u306E\u30B7\u30F3\u30BB 3");
  EXPECT_EQ(fxpName(fxp), "\u3068\u3066\u3082\u9577\u3044\u540D\u524D\u306E 3");
}

TEST(Fxp, TruncationIsRefusedUpToTheChunk) {
  const auto bytes = serializeFxp(withChunk());
  for (std::size_t length = 0; length < 60; ++length)
    EXPECT_THROW(parseFxp(std::span(bytes).first(length)), Error) << length;
  const auto parameters = serializeFxp(withParameters());
  for (std::size_t length = 0; length < parameters.size(); ++length)
    EXPECT_THROW(parseFxp(std::span(parameters).first(length)), Error) << length;
}

TEST(Fxp, HugeDeclaredCountsAreNotAllocated) {
  auto bytes = serializeFxp(withParameters());
  std::fill_n(bytes.begin() + 24, 4, 0xFF);
  EXPECT_THROW(parseFxp(bytes), Error);
}

TEST(Fxp, BanksAndStrangersAreNamed) {
  auto bytes = serializeFxp(withChunk());
  std::copy_n("FBCh", 4, bytes.begin() + 8);
  try {
    parseFxp(bytes);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("bank"), std::string::npos) << error.what();
  }
  std::copy_n("RIFF", 4, bytes.begin());
  EXPECT_THROW(parseFxp(bytes), Error);
}

TEST(Fxp, DamageIsRefusedOrComesBack) {
  Random random(2);
  for (const auto& good : {serializeFxp(withChunk()), serializeFxp(withParameters())})
    for (int i = 0; i < 20000; ++i) {
      const auto bytes = damaged(good, random);
      try {
        EXPECT_EQ(serializeFxp(parseFxp(bytes)), bytes);
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::input);
      }
    }
}

TEST(Fxp, AllFactoryPatchesComeBackByteForByte) {
  SKIP_WITHOUT_SHARED();
  const auto files = factoryPatches();
  EXPECT_EQ(files.size(), 624u);
  for (const auto& file : files) {
    const auto bytes = readFile(file);
    const auto fxp = parseFxp(bytes);
    EXPECT_EQ(fxp.fxId, "cjs3") << file;
    EXPECT_EQ(serializeFxp(fxp), bytes) << file;
  }
}

}  // namespace
}  // namespace patchpilot
