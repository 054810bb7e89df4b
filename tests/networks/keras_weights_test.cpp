#include "networks/keras_weights.h"

#include "base/error.h"
#include "test_support.h"

#include <zlib.h>

namespace patchpilot {
namespace {

const std::filesystem::path kWeights =
    std::filesystem::path(PATCHPILOT_SOURCE_DIR) / "tests/networks/fixtures/openl3.h5";

TEST(KerasWeights, GivesTheLayersThatHaveSomeInTheirOrder) {
  const auto layers = readKerasWeights(kWeights);
  ASSERT_EQ(layers.size(), 16u);
  EXPECT_EQ(layers[0].arrays.size(), 4u);  // a normalization: gamma, beta, mean, variance
  EXPECT_EQ(layers[0].arrays[3].shape, (std::vector<std::int64_t>{1}));
  EXPECT_NE(layers[0].arrays[3].name.find("moving_variance"), std::string::npos);
  EXPECT_EQ(layers[15].name, "audio_embedding_layer");
  EXPECT_EQ(layers[15].arrays[0].shape, (std::vector<std::int64_t>{3, 3, 32, 32}));
  EXPECT_EQ(layers[15].arrays[0].values.size(), 9216u);
}

TEST(KerasWeights, ReadsAFileAsItIsPublished) {
  const TemporaryFolder folder;
  const auto file = folder / "weights.h5.gz";
  const Bytes plain = readFile(kWeights);
  gzFile out = gzopen(file.c_str(), "wb");
  gzwrite(out, plain.data(), unsigned(plain.size()));
  gzclose(out);
  const auto layers = readKerasWeights(file), expected = readKerasWeights(kWeights);
  ASSERT_EQ(layers.size(), expected.size());
  EXPECT_EQ(layers[7].arrays[0].values, expected[7].arrays[0].values);
  const Bytes zipped = readFile(file);
  for (const std::size_t length : {zipped.size() / 2, zipped.size() - 1, std::size_t(12)}) {
    writeFileAtomically(file, std::span(zipped).first(length));
    EXPECT_THROW(readKerasWeights(file), Error) << length;
  }
  for (std::size_t at = 100; at < zipped.size(); at += 9973) {
    Bytes damaged = zipped;
    damaged[at] ^= 0x10;
    writeFileAtomically(file, damaged);
    EXPECT_THROW(readKerasWeights(file), Error) << at;
  }
}

}  // namespace
}  // namespace patchpilot
