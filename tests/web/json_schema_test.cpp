#include "json_schema.h"

#include "base/files.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

using nlohmann::json;

bool fits(const json& schema, const json& value) {
  static const JsonSchema checker(json{{"components", {{"schemas", {{"Word", {{"type", "string"}}}}}}}});
  return checker.problems(schema, value).empty();
}

TEST(JsonSchema, ChecksTypes) {
  EXPECT_TRUE(fits({{"type", "integer"}}, 3));
  EXPECT_TRUE(fits({{"type", "integer"}}, 3.0));
  EXPECT_FALSE(fits({{"type", "integer"}}, 3.5));
  EXPECT_TRUE(fits({{"type", "number"}}, 3));
  EXPECT_FALSE(fits({{"type", "number"}}, "3"));
  EXPECT_FALSE(fits({{"type", "number"}}, nullptr));
  EXPECT_TRUE(fits({{"type", "number"}, {"nullable", true}}, nullptr));
  EXPECT_TRUE(fits({{"type", {"number", "null"}}}, nullptr));
  EXPECT_FALSE(fits({{"type", {"number", "null"}}}, "x"));
  EXPECT_FALSE(fits({{"type", "object"}}, json::array()));
  EXPECT_FALSE(fits({{"type", "boolean"}}, 0));
}

TEST(JsonSchema, ChecksMembers) {
  const json schema = {{"type", "object"},
                       {"properties", {{"a", {{"type", "integer"}}}, {"b", {{"type", "string"}}}}},
                       {"required", {"a"}}};
  EXPECT_TRUE(fits(schema, {{"a", 1}}));
  EXPECT_FALSE(fits(schema, {{"b", "x"}}));
  EXPECT_FALSE(fits(schema, {{"a", 1}, {"b", 2}}));
  EXPECT_FALSE(fits(schema, {{"a", 1}, {"c", 2}})) << "the document does not name it";
  json open = schema;
  open["additionalProperties"] = {{"type", "boolean"}};
  EXPECT_TRUE(fits(open, {{"a", 1}, {"c", true}}));
  EXPECT_FALSE(fits(open, {{"a", 1}, {"c", 2}}));
  open["additionalProperties"] = false;
  EXPECT_FALSE(fits(open, {{"a", 1}, {"c", true}}));
  EXPECT_FALSE(fits({{"additionalProperties", {{"type", "number"}}}}, {{"x", "y"}}));
}

TEST(JsonSchema, ChecksItemsReferencesAndValues) {
  EXPECT_TRUE(fits({{"type", "array"}, {"items", {{"$ref", "#/components/schemas/Word"}}}}, {"a", "b"}));
  EXPECT_FALSE(fits({{"type", "array"}, {"items", {{"$ref", "#/components/schemas/Word"}}}}, {"a", 1}));
  EXPECT_FALSE(fits({{"enum", {"a", "b"}}}, "c"));
  EXPECT_FALSE(fits({{"const", "a"}}, "b"));
  EXPECT_FALSE(fits({{"type", "number"}, {"minimum", 0}, {"maximum", 1}}, 1.5));
  EXPECT_FALSE(fits({{"type", "string"}, {"maxLength", 2}}, "abc"));
  EXPECT_FALSE(fits({{"type", "string"}, {"pattern", "^[0-9]+$"}}, "1a"));
  const json either = {{"oneOf", {{{"type", "null"}}, {{"$ref", "#/components/schemas/Word"}}}}};
  EXPECT_TRUE(fits(either, nullptr));
  EXPECT_TRUE(fits(either, "x"));
  EXPECT_FALSE(fits(either, 1));
  EXPECT_FALSE(fits({{"oneOf", {{{"type", "number"}}, {{"type", "integer"}}}}}, 1)) << "it fits both";
  EXPECT_TRUE(fits({{"anyOf", {{{"type", "number"}}, {{"type", "integer"}}}}}, 1));
  EXPECT_FALSE(fits({{"allOf", {{{"type", "number"}}, {{"type", "integer"}}}}}, 1.5));
  EXPECT_FALSE(fits({{"minContains", 1}}, 1)) << "a keyword that is not checked is no check";
}

TEST(ApiContract, FindsWhatIsNotInTheDocument) {
  const ApiContract contract(json::parse(readTextFile(PATCHPILOT_SOURCE_DIR "/docs/openapi.json")));
  const std::string sound =
      R"({"id": "0123456789abcdef", "name": "a", "seconds": 1, "rate": 44100, "channels": 2)";
  const auto problems = [&](const std::string& method, const std::string& path, int status,
                            const std::string& type, const std::string& body) {
    return contract.problemsOfAnswer(method, path, status, type, body).size();
  };
  EXPECT_EQ(problems("GET", "/api/v1/sounds/0", 200, "application/json", sound + "}"), 0u);
  EXPECT_EQ(problems("GET", "/api/v1/sounds/0", 200, "application/json", sound + R"(, "more": 1})"), 1u);
  EXPECT_EQ(problems("GET", "/api/v1/sounds/0", 200, "text/plain", sound), 1u);
  EXPECT_EQ(problems("GET", "/api/v1/sounds/0", 201, "application/json", sound + "}"), 1u);
  EXPECT_EQ(problems("GET", "/api/v1/unknown", 200, "application/json", "{}"), 1u);
  EXPECT_EQ(problems("GET", "/api/v1/unknown", 404, "application/json",
                     R"({"error": {"message": "none", "code": "not-found"}})"),
            0u);
  EXPECT_EQ(contract.problemsOfRequest("POST", "/api/v1/matches", {{"note", 200}}).size(), 1u);
}

}  // namespace
}  // namespace patchpilot
