#include "synth/parameter_space.h"

#include "base/error.h"

#include "test_support.h"

#include <fmt/format.h>

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
  EXPECT_TRUE(says(
      problemOf(p + "kind = \"continuous\"\n[[parameter]]\nkey = \"a\"\nkind = \"continuous\"\n"), "twice"));
  const std::string whole = p + "kind = \"continuous\"\n";
  EXPECT_TRUE(
      says(problemOf(whole + "[[parameter]]\nkey = \"b\"\nid = \"a\"\nkind = \"continuous\"\n"), "the id a"));
  EXPECT_TRUE(says(problemOf(whole + "[[parameter]]\nkey = \"b\"\nkind = \"stepped\"\n"),
                   "s.toml:9: parameter b: 'steps'"));
  EXPECT_TRUE(says(problemOf(whole + "[[symmetry]]\nname = \"swap\"\nmembers = [[\"a\"], [\"b\"]]\n"),
                   "symmetry swap names no parameter: b"));
  EXPECT_TRUE(says(problemOf(whole + "[[symmetry]]\nname = \"swap\"\nmembers = [[\"a\"], []]\n"),
                   "differ in length"));
  EXPECT_TRUE(says(problemOf(whole + "[[carry]]\nfine = \"a\"\n"), "'coarse' is missing"));
  EXPECT_TRUE(says(problemOf(whole + "[[carry]]\nfine = \"a\"\ncoarse = \"b\"\n"),
                   "carry, coarse, names no parameter: b"));
  EXPECT_TRUE(
      says(problemOf(whole + "[[carry]]\nfine = \"a\"\ncoarse = \"a\"\n"), "names a, which is continuous"));
  EXPECT_TRUE(
      says(problemOf(whole + "[[lfo]]\nrate = \"b\"\nhertz = \"x\"\n"), "lfo, rate, names no parameter: b"));
  EXPECT_TRUE(
      says(problemOf(whole + "[[lfo]]\nrate = \"a\"\nhertz = \"y +\"\n"), "lfo a: the formula 'y +'"));
  EXPECT_TRUE(says(problemOf(whole + "[[lfo]]\nrate = \"a\"\nhertz = \"1 - x\"\n"), "does not grow"));
  EXPECT_TRUE(says(problemOf(whole + "[[lfo]]\nrate = \"a\"\nhertz = \"x\"\ndepths = [\"b\"]\n"),
                   "names no parameter: b"));
  EXPECT_TRUE(says(problemOf(whole + "[[gate]]\nsilences = [\"a\"]\n"), "'closed' is missing, or empty"));
  EXPECT_TRUE(says(problemOf(whole + "[[gate]]\nclosed = {b = 0.0}\nsilences = [\"a\"]\n"),
                   "gate, closed, names no parameter: b"));
  EXPECT_TRUE(says(problemOf(whole + "[[gate]]\nclosed = {a = 0.0}\nsilences = [\"b\"]\n"),
                   "gate, silences, names no parameter: b"));
  EXPECT_TRUE(says(problemOf(whole + "[[gate]]\nclosed = {a = 0.0}\nsilences = [\"a\"]\n"),
                   "a gate silences a, which closes it"));
  EXPECT_TRUE(says(problemOf(whole + "[[gate]]\nclosed = {a = 2.0}\nsilences = [\"a\"]\n"), "normalized"));
  EXPECT_TRUE(says(problemOf(whole + "constant_probability = 0.5\n"), "'constant' is missing"));
  EXPECT_TRUE(says(problemOf(whole + "[base.values]\nx = 1.5\n"), "normalized"));
  EXPECT_TRUE(says(problemOf(whole + "min = \"low\"\n"), "'min' has the wrong type"));
  EXPECT_TRUE(says(problemOf("sound = 1\n" + whole), "'sound' is not known"));
  EXPECT_TRUE(says(problemOf(whole + "[[symmetry]]\nname = \"swap\"\nmember = [[\"a\"], [\"a\"]]\n"),
                   "'member' is not known"));
  EXPECT_TRUE(says(problemOf(whole + "display = \"20 * y +\"\n"), "display"));
  EXPECT_TRUE(says(problemOf(whole + "[parameters]\nx = 1\n"), "'parameters' is not known"));
  EXPECT_TRUE(says(problemOf("format = 1\nname ="), "s.toml:2"));
  EXPECT_TRUE(says(problemOf("format = 2\n"), "format 2"));
}

TEST(ParameterSpace, MayHaveNoParameters) {
  const ParameterSpace space = parseSpace(kHead, "s.toml");
  EXPECT_TRUE(space.parameters.empty());
  EXPECT_TRUE(space.draw(1, 0).empty());
  EXPECT_TRUE(space.crossingsOrSections().empty());
  EXPECT_TRUE(space.silent({}).empty());
}

TEST(ParameterSpace, TheRateOfAnLfoIsFoundForItsHertz) {
  const Lfo lfo{"rate", "exp(7 * x - 4)", {}};
  for (const double hertz : {0.1, 1.0, 5.0, 15.0})
    EXPECT_NEAR(lfo.hertzAt(lfo.valueAt(hertz, 0, 1)), hertz, 1e-4 * hertz);
  EXPECT_NEAR(lfo.valueAt(100, 0.2f, 0.9f), 0.9f, 1e-6) << "the nearest that there is";
  EXPECT_NEAR(lfo.valueAt(0, 0.2f, 0.9f), 0.2f, 1e-6);
}

TEST(ParameterSpace, AGateSilencesWhereAllThatCloseItStandSo) {
  std::string text = kHead;
  for (const char* key : {"a", "b", "c", "d"})
    text += fmt::format("[[parameter]]\nkey = \"{}\"\nkind = \"continuous\"\n", key);
  const auto space = parseSpace(text +
                                    "[[gate]]\nclosed = {a = 0.0, b = 0.5}\nsilences = [\"d\", "
                                    "\"c\"]\n[[gate]]\nclosed = {d = 1.0}\nsilences = [\"c\"]\n",
                                "s.toml");
  using Indices = std::vector<std::size_t>;
  EXPECT_EQ(space.silent({0, 0.5f, 0.3f, 0.3f}), (Indices{2, 3}));
  EXPECT_EQ(space.silent({0, 0.5f, 0.3f, 1.0f}), (Indices{2, 3})) << "named by both";
  EXPECT_EQ(space.silent({0.1f, 0.5f, 0.3f, 1.0f}), (Indices{2}));
  EXPECT_EQ(space.silent({0, 0.6f, 0.3f, 0.3f}), Indices{});
  EXPECT_EQ(space.silent({NAN, 0.5f, 0.3f, NAN}), Indices{}) << "a preset holds its own";
  EXPECT_EQ(space.silent({}), Indices{});
}

TEST(ParameterSpace, TheNextChoiceOrStepIsNothingAtTheEnd) {
  ParameterSpec choice;
  choice.kind = ParameterKind::categorical;
  choice.choices = {{"a", 0.1f, 1}, {"b", 0.4f, 1}, {"c", 0.8f, 0}};
  EXPECT_EQ(choice.next(0.41f, 1), 0.8f);
  EXPECT_EQ(choice.next(0.41f, -1), 0.1f);
  EXPECT_EQ(choice.next(0.8f, 1), std::nullopt);
  EXPECT_EQ(choice.next(0.1f, -1), std::nullopt);
  ParameterSpec stepped;
  stepped.kind = ParameterKind::stepped;
  stepped.steps = 3;
  EXPECT_EQ(stepped.next(0.5f, 1), 1.0f);
  EXPECT_EQ(stepped.next(1.0f, 1), std::nullopt);
  EXPECT_EQ(ParameterSpec{}.next(0.5f, 1), std::nullopt) << "continuous";
}

TEST(ParameterSpace, DrawsTheSamePatchForTheSameNumbers) {
  const TestPlaces places;
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
)",
                                          "s.toml");
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

TEST(ParameterSpace, OneParameterLeavesTheDrawsOfOthersAlone) {
  const std::string after = "[[parameter]]\nkey = \"b\"\nkind = \"continuous\"\n";
  const auto first =
      parseSpace(kHead + "[[parameter]]\nkey = \"a\"\nkind = \"continuous\"\n" + after, "s.toml");
  const auto second =
      parseSpace(kHead + "[[parameter]]\nkey = \"a\"\nkind = \"stepped\"\nsteps = 3\n" + after, "s.toml");
  for (std::uint64_t i = 0; i < 50; ++i) EXPECT_EQ(first.draw(1, i)[1], second.draw(1, i)[1]);
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
)",
                                          "s.toml");
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
  const TestPlaces places;
  std::vector<std::string> problems;
  const auto spaces = installedSpaces(&problems);
  EXPECT_TRUE(problems.empty()) << problems.front();
  ASSERT_EQ(spaces.size(), 4u);
  for (const auto& space : spaces) {
    EXPECT_FALSE(space.symmetries.empty() && space.name.starts_with("surge")) << space.name;
    for (std::uint64_t i = 0; i < 20; ++i) {
      const auto values = space.draw(1, i);
      ASSERT_EQ(values.size(), space.parameters.size());
      for (std::size_t p = 0; p < values.size(); ++p) {
        const auto& spec = space.parameters[p];
        EXPECT_TRUE(values[p] >= 0 && values[p] <= 1) << space.name << " " << spec.key;
        EXPECT_FLOAT_EQ(spec.nearest(values[p]), values[p]) << space.name << " " << spec.key;
        EXPECT_NO_THROW(spec.text(values[p])) << space.name << " " << spec.key;
        EXPECT_FALSE(spec.section.empty()) << space.name << " " << spec.key;
      }
    }
  }
  EXPECT_THROW(loadSpace("nosuch"), Error);
}

}  // namespace
}  // namespace patchpilot
