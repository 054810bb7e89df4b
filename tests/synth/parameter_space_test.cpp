#include "synth/parameter_space.h"

#include "base/error.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchpilot {
namespace {

const std::string kHead = "format = 1\nname = \"s\"\n[synth]\nformat = \"LV2\"\nid = \"urn:x\"\n";

std::string problemOf(const std::string& text) {
  try {
    parseSpace(text, "s.toml");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    return error.what();
  }
  return "none";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(ParameterSpace, ErrorsNameTheFileTheKeyAndTheProblem) {
  const std::string p = kHead + "[[parameter]]\nkey = \"a\"\n";
  EXPECT_TRUE(says(problemOf(p), "s.toml:6: parameter a: 'kind' is missing"));
  EXPECT_TRUE(says(problemOf(p + "kind = \"round\"\n"), "'round'"));
  EXPECT_TRUE(says(problemOf(p + "kind = \"continuous\"\nmaxx = 1.0\n"), "'maxx' is not known"));
  EXPECT_TRUE(says(problemOf(p + "kind = \"continuous\"\nmax = 2.0\n"), "normalized"));
  EXPECT_TRUE(says(problemOf(p + "kind = \"continuous\"\nmin = 0.8\nmax = 0.2\n"), "above max"));
  EXPECT_TRUE(says(problemOf(p + "kind = \"categorical\"\n"), "'choices' is missing"));
  EXPECT_TRUE(says(problemOf(p + "kind = \"continuous\"\nsection = \"none\"\n"), "section 'none'"));
  EXPECT_TRUE(says(problemOf(p + "kind = \"continuous\"\n[[parameter]]\nkey = \"a\"\nkind = \"continuous\"\n"), "twice"));
  EXPECT_TRUE(says(problemOf(kHead), "no [[parameter]]"));
  EXPECT_TRUE(says(problemOf("format = 1\nname ="), "s.toml:2"));
  EXPECT_TRUE(says(problemOf("format = 2\n"), "format 2"));
}

TEST(ParameterSpace, DrawsTheSamePatchForTheSameNumbers) {
  for (const auto& space : installedSpaces()) {
    EXPECT_EQ(space.draw(3, 5), space.draw(3, 5)) << space.name;
    EXPECT_NE(space.draw(3, 5), space.draw(3, 6)) << space.name;
    EXPECT_NE(space.draw(3, 5), space.draw(4, 5)) << space.name;
  }
}

TEST(ParameterSpace, DrawsWithinRangesConstantsAndWeights) {
  const ParameterSpace space = parseSpace(kHead + R"(
[[parameter]]
key = "a"
kind = "continuous"
min = 0.2
max = 0.4
constant = 0.9
constant_probability = 0.5
[[parameter]]
key = "b"
kind = "categorical"
choices = [{label="x", value=0.1, weight=3}, {label="y", value=0.7, weight=1}, {label="z", value=0.9, weight=0}]
[[parameter]]
key = "c"
kind = "stepped"
steps = 5
)", "s.toml");
  int held = 0, x = 0;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    const auto values = space.draw(1, i);
    if (values[0] == 0.9f) ++held;
    else EXPECT_TRUE(values[0] >= 0.2f && values[0] <= 0.4f) << values[0];
    EXPECT_TRUE(values[1] == 0.1f || values[1] == 0.7f);
    x += values[1] == 0.1f;
    EXPECT_FLOAT_EQ(values[2] * 4, std::round(values[2] * 4));
  }
  EXPECT_NEAR(held, 2000, 150);
  EXPECT_NEAR(x, 3000, 150);
}

TEST(ParameterSpace, TextComesFromLabelsAndFormulas) {
  const ParameterSpace space = parseSpace(kHead + R"(
[[parameter]]
key = "cutoff"
kind = "continuous"
unit = "Hz"
display = "20 * 1000^x"
[[parameter]]
key = "plain"
kind = "continuous"
[[parameter]]
key = "on"
kind = "stepped"
steps = 2
labels = ["Off", "On"]
)", "s.toml");
  EXPECT_EQ(space.parameters[0].text(0.0f), "20.0 Hz");
  EXPECT_EQ(space.parameters[0].text(1.0f), "20.0 kHz");
  EXPECT_FALSE(space.parameters[1].text(0.5f).has_value());
  EXPECT_EQ(space.parameters[2].text(0.9f), "On");
}

TEST(ParameterSpace, FingerprintChangesWithMeaningOnly) {
  const std::string p = "[[parameter]]\nkey = \"a\"\nkind = \"continuous\"\n";
  const auto print = [](const std::string& text) { return parseSpace(text, "s.toml").fingerprint(); };
  EXPECT_EQ(print(kHead + p), print(kHead + "# a comment\n" + p + "name = \"A\"\n"));
  EXPECT_NE(print(kHead + p), print(kHead + p + "max = 0.5\n"));
}

TEST(ParameterSpace, AllShippedSpacesAreRead) {
  std::vector<std::string> problems;
  const auto spaces = installedSpaces(&problems);
  EXPECT_TRUE(problems.empty()) << problems.front();
  EXPECT_EQ(spaces.size(), 4u);
  EXPECT_THROW(loadSpace("nosuch"), Error);
}

}  // namespace
}  // namespace patchpilot
