#include "web/telling_apart.h"

#include "test_support.h"

namespace patchpilot {
namespace {

class TellingApart : public testing::Test {
 protected:
  /// A candidate of the space, all of whose values are the least, but for those given.
  WrittenCandidate candidate(int rank, const std::string& origin,
                             const std::map<std::string, float>& values) const {
    WrittenCandidate written;
    written.facts.rank = rank;
    written.facts.synth = "S";
    written.facts.space = space_.name;
    written.facts.origin = origin;
    written.parameters.emplace();
    for (const ParameterSpec& spec : space_.parameters) {
      const auto given = values.find(spec.key);
      written.parameters->push_back(
          {spec.key, spec.name, spec.section, given == values.end() ? spec.min : given->second, ""});
    }
    return written;
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
  std::vector<WrittenCandidate> list = {
      candidate(1, "patch 7, refined", {{"cutoff", 0.5}}), candidate(2, "patch 8", {{"level", 1}}),
      candidate(3, "patch 7, refined", {{"cutoff", 0.8}, {"narrow", 0.46}, {"level", 0.1}}),
      candidate(4, "patch 7, refined", {{"cutoff", 0.52}})};
  tellApart(list, {&space_});
  EXPECT_FALSE(list[0].facts.unlike);
  EXPECT_FALSE(list[1].facts.unlike) << "it has an origin of its own";
  ASSERT_TRUE(list[2].facts.unlike && list[3].facts.unlike);
  EXPECT_EQ(list[2].facts.unlike->rank, 1);
  EXPECT_EQ(list[2].facts.unlike->parameters, (std::vector<std::string>{"Filter: Level", "Cutoff"}))
      << "of its range, the narrow one has moved further";
  EXPECT_EQ(list[3].facts.unlike->rank, 1);
  EXPECT_TRUE(list[3].facts.unlike->parameters.empty()) << "next to nothing differs";
}

TEST_F(TellingApart, NamesASectionOnlyWhereThereIsOneAndAnotherParameterIsCalledTheSame) {
  std::vector<WrittenCandidate> list = {candidate(1, "a", {}), candidate(2, "a", {{"level", 1}})};
  tellApart(list, {&space_});
  EXPECT_EQ(list[1].facts.unlike.value().parameters, std::vector<std::string>{"Level"});
}

}  // namespace
}  // namespace patchpilot
