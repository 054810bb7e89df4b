#include "base/half.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(Half, EveryHalfComesBackAsItWas) {
  for (std::uint32_t half = 0; half < 0x10000; ++half) {
    const float value = halfToFloat(std::uint16_t(half));
    if (std::isnan(value)) EXPECT_TRUE(std::isnan(halfToFloat(floatToHalf(value))));
    else ASSERT_EQ(floatToHalf(value), half) << value;
  }
}

TEST(Half, RoundsToTheNearestAndToEvenBetween) {
  EXPECT_EQ(halfToFloat(floatToHalf(1.0004f)), 1.0f);
  EXPECT_EQ(halfToFloat(floatToHalf(1.0006f)), 1.0009765625f);
  EXPECT_EQ(halfToFloat(floatToHalf(1 + 0x1p-11f)), 1.0f);             // between 1 and 1 + 2^-10
  EXPECT_EQ(halfToFloat(floatToHalf(1 + 3 * 0x1p-11f)), 1 + 0x1p-9f);  // between 1 + 2^-10 and 1 + 2^-9
  EXPECT_EQ(halfToFloat(floatToHalf(65519)), 65504);
  EXPECT_TRUE(std::isinf(halfToFloat(floatToHalf(65520))));
  EXPECT_EQ(halfToFloat(floatToHalf(0x1.8p-25f)), 0x1p-24f);
  EXPECT_EQ(halfToFloat(floatToHalf(0x1p-25f)), 0.0f);
  EXPECT_EQ(halfToFloat(floatToHalf(-1e-9f)), -0.0f);
}

}  // namespace
}  // namespace patchpilot
