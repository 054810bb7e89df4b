#include "search/cmaes.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchpilot {
namespace {

/// An ellipsoid whose axes differ a hundredfold, with its least value, 0, at 0.3 everywhere.
double ellipsoid(const std::vector<double>& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    sum += std::pow(100.0, double(i) / double(x.size() - 1)) * (x[i] - 0.3) * (x[i] - 0.3);
  return sum;
}

SeparableCmaEs searched(int generations) {
  constexpr std::size_t kPopulation = 16;
  SeparableCmaEs search(std::vector<double>(10, 0.8), std::vector<double>(10, 0.1), kPopulation);
  SplitMix64 random(7);
  for (int generation = 0; generation < generations; ++generation) {
    std::vector<SeparableCmaEs::Point> points;
    for (std::size_t i = 0; i < kPopulation; ++i) {
      auto x = search.draw(random);
      const double cost = ellipsoid(x);
      points.push_back({std::move(x), cost});
    }
    search.learn(std::move(points));
  }
  return search;
}

TEST(SeparableCmaEs, FindsTheLeastValueOfAnEllipsoid) {
  const auto search = searched(150);
  EXPECT_LT(ellipsoid(search.mean()), 1e-6);
  EXPECT_LT(search.width(), 0.05);
}

TEST(SeparableCmaEs, DrawsAroundItsMeanAtFirst) {
  const SeparableCmaEs search({0.5, 0.5}, {0.1, 0.001}, 10);
  SplitMix64 random(3);
  double first = 0, second = 0;
  for (int i = 0; i < 400; ++i) {
    const auto x = search.draw(random);
    first += std::pow(x[0] - 0.5, 2) / 400;
    second += std::pow(x[1] - 0.5, 2) / 400;
  }
  EXPECT_NEAR(std::sqrt(first), 0.1, 0.02);
  EXPECT_NEAR(std::sqrt(second), 0.001, 0.0002);
}

TEST(SeparableCmaEs, TooFewPointsTeachNothing) {
  SeparableCmaEs search({0.5}, {0.1}, 8);
  search.learn({{{0.1}, 1.0}});
  EXPECT_EQ(search.mean(), std::vector<double>{0.5});
}

}  // namespace
}  // namespace patchpilot
