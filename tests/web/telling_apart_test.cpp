#include "web/telling_apart.h"

#include "test_support.h"

namespace patchpilot {
namespace {

using nlohmann::json;

class TellingApart : public testing::Test {
 protected:
  /// A candidate of the space, all of whose values are the least, but for those given.
  json candidate(int rank, const std::string& origin, const std::map<std::string, double>& values) const {
    json parameters = json::array();
    for (const ParameterSpec& spec : space_.parameters) {
      const auto given = values.find(spec.key);
      parameters.push_back(
          {{"key", spec.key}, {"value", given == values.end() ? double(spec.min) : given->second}});
    }
    return {{"rank", rank},
            {"synth", "S"},
            {"space", space_.name},
            {"origin", origin},
            {"parameters", parameters}};
  }

  ParameterSpace space_ = parseSpace(R"(
format = 1
name = "test"
[synth]
format = "LV2"
name = "S"
id = "urn:s"
[[section]]
key = "filter"
title = "Filter"
[[parameter]]
key = "cutoff"
id = "1"
name = "Cutoff"
section = "filter"
kind = "continuous"
[[parameter]]
key = "narrow"
id = "2"
name = "Level"
section = "filter"
kind = "continuous"
min = 0.4
max = 0.5
[[parameter]]
key = "level"
id = "3"
name = "Level"
kind = "continuous"
)",
                                     "test");
};

TEST_F(TellingApart, NamesWhatDiffersMostFromTheFirstOfThePatch) {
  json list = {candidate(1, "patch 7, refined", {{"cutoff", 0.5}}), candidate(2, "patch 8", {{"level", 1}}),
               candidate(3, "patch 7, refined", {{"cutoff", 0.8}, {"narrow", 0.46}, {"level", 0.1}}),
               candidate(4, "patch 7, refined", {{"cutoff", 0.52}})};
  tellApart(list, {&space_});
  EXPECT_FALSE(list[0].contains("unlike"));
  EXPECT_FALSE(list[1].contains("unlike")) << "it has an origin of its own";
  EXPECT_EQ(list[2].at("unlike"), (json{{"rank", 1}, {"parameters", {"Filter: Level", "Cutoff"}}}))
      << "of its range, the narrow one has moved further";
  EXPECT_EQ(list[3].at("unlike"), (json{{"rank", 1}, {"parameters", json::array()}}))
      << "next to nothing differs";
}

TEST_F(TellingApart, NamesASectionOnlyWhereThereIsOneAndAnotherParameterIsCalledTheSame) {
  json list = {candidate(1, "a", {}), candidate(2, "a", {{"level", 1}})};
  tellApart(list, {&space_});
  EXPECT_EQ(list[1].at("unlike").at("parameters"), json({"Level"}));
}

}  // namespace
}  // namespace patchpilot
