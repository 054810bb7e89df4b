#include "wire/json_codec.h"

#include "base/error.h"

#include <gtest/gtest.h>

#include <limits>

namespace patchpilot {
namespace {

struct Point {
  double x = 0;
  int y = 0;

  bool operator==(const Point&) const = default;
};

template <typename Visitor, Either<Point> One>
void nameFields(Visitor& visit, One& point) {
  visit.list(point.x, point.y);
}

struct Drawing {
  std::string title;
  std::vector<Point> points;
  std::map<std::string, float> weights;
  std::optional<double> scale, unit;
  std::optional<Point> middle;
  int width = 1;
  std::vector<std::vector<std::string>> groups;

  bool operator==(const Drawing&) const = default;
};

template <typename Visitor, Either<Drawing> One>
void nameFields(Visitor& visit, One& drawing) {
  visit("title", drawing.title);
  visit("points", drawing.points);
  visit("weights", drawing.weights);
  visit("scale", drawing.scale);
  visit.unless({}, "unit", drawing.unit);
  visit("middle", drawing.middle);
  visit.unless(1, "width", drawing.width);
  visit("groups", drawing.groups);
}

TEST(JsonCodec, WritesObjectsWithSortedNamesAndReadsThemBack) {
  Drawing drawing{"a \"line\"",    {{0.5, 1}, {2, -3}}, {{"b", 0.25f}}, 2.5, {}, Point{1, 2}, 1,
                  {{"u", "v"}, {}}};
  const std::string text = jsonText(drawing);
  EXPECT_EQ(text, R"({"groups":[["u","v"],[]],"middle":[1.0,2],"points":[[0.5,1],[2.0,-3]],"scale":2.5,)"
                  R"("title":"a \"line\"","weights":{"b":0.25}})");
  EXPECT_EQ(fromJsonText<Drawing>(text), drawing);
  drawing.width = 7;
  drawing.unit = 4;
  drawing.middle.reset();
  EXPECT_NE(jsonText(drawing).find(R"("middle":null)"), std::string::npos);
  EXPECT_NE(jsonText(drawing).find(R"("unit":4.0)"), std::string::npos);
  EXPECT_EQ(fromJsonText<Drawing>(jsonText(drawing, 2)), drawing);
}

TEST(JsonCodec, WritesWhatJsonDoesNotKnowAsNullAndReplacesBytesThatAreNoUtf8) {
  EXPECT_EQ(jsonText(Point{std::numeric_limits<double>::infinity(), 1}), "[null,1]");
  EXPECT_EQ(jsonText(std::string("a\xFF")), "\"a\xEF\xBF\xBD\"");
}

TEST(JsonCodec, SaysWhatIsWrongWithAText) {
  const auto refusal = [](const std::string& text) {
    try {
      fromJsonText<Drawing>(text);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  EXPECT_NE(refusal("{").find("no JSON"), std::string::npos);
  EXPECT_NE(refusal("{}").find("'title' not found"), std::string::npos) << refusal("{}");
  EXPECT_NE(refusal(R"({"title":3})").find("must be string"), std::string::npos);
  EXPECT_NE(refusal("[1]"), "none");
  EXPECT_NE(refusal(std::string(100, '[') + std::string(100, ']')).find("nested"), std::string::npos);
}

TEST(JsonCodec, TakesArraysApart) {
  EXPECT_EQ(jsonItems(R"([{"a": 1}, 2])", "x"), (std::vector<std::string>{R"({"a":1})", "2"}));
  EXPECT_EQ(jsonItems("{}", "x"), std::nullopt);
  EXPECT_THROW(jsonItems("[1", "x"), Error);
  EXPECT_TRUE(isJsonObject("{}"));
  EXPECT_FALSE(isJsonObject("[]"));
  EXPECT_FALSE(isJsonObject("{\"a\":"));
}

}  // namespace
}  // namespace patchpilot
