#include "learn/curve_picture.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchpilot {
namespace {

TEST(CurvePicture, DrawsEachCurveWithoutWhatIsNoNumber) {
  std::vector<TrainingMoment> curve(3);
  for (int i = 0; i < 3; ++i) {
    curve[std::size_t(i)].step = 10 * i;
    curve[std::size_t(i)].trainingLoss = i == 0 ? NAN : 1.0 / i;
    curve[std::size_t(i)].score.loss = 2 - i;
    curve[std::size_t(i)].score.worth = 5 + i;
  }
  const std::string svg = curvePicture(curve, "a < b");
  EXPECT_NE(svg.find("<title>a &lt; b</title>"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_NE(svg.find("step 20</text>"), std::string::npos);
  // The loss that is held back falls from the top of its panel to the bottom, the last moment is at the
  // right.
  EXPECT_NE(svg.find("M60.0 34.0L342.0 134.0L624.0 234.0"), std::string::npos) << svg;
  const std::string single = curvePicture({curve[0]}, "one");
  EXPECT_EQ(single.find("nan"), std::string::npos);
  EXPECT_EQ(single.find("inf"), std::string::npos);
}

}  // namespace
}  // namespace patchpilot
