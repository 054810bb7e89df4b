#include "ingest/silence_causes.h"

#include "base/random.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace patchpilot {
namespace {

ParameterSpace spaceOf(int parameters) {
  std::string text = "format = 1\nname = \"s\"\n[synth]\nformat = \"LV2\"\nid = \"urn:s\"\n";
  for (int i = 0; i < parameters; ++i)
    text +=
        fmt::format("[[parameter]]\nkey = \"p{}\"\nname = \"Parameter {}\"\nkind = \"continuous\"\n", i, i);
  return parseSpace(text, "s.toml");
}

/// Draws patches of which `isSilent` says whether they are silent.
SilenceCauses drawn(const ParameterSpace& space, int patches,
                    const std::function<bool(const std::vector<float>&)>& isSilent) {
  SilenceCauses causes(space);
  for (int i = 0; i < patches; ++i) {
    const auto values = space.draw(3, std::uint64_t(i));
    causes.add(values, isSilent(values));
  }
  return causes;
}

TEST(SilenceCauses, NamesTheParameterThatMutes) {
  const ParameterSpace space = spaceOf(60);
  for (const int patches : {40, 400}) {
    const std::string text =
        drawn(space, patches, [](const auto& values) { return values[17] > 0.15f; }).text();
    EXPECT_NE(text.find("patches are silent"), std::string::npos) << text;
    EXPECT_LT(text.find("p17 (Parameter 17)"), text.find(": in ")) << "likeliest first: " << text;
  }
}

TEST(SilenceCauses, NamesTwoParametersThatMute) {
  const ParameterSpace space = spaceOf(20);
  const std::string text =
      drawn(space, 1000, [](const auto& values) { return values[3] > 0.3f || values[9] < 0.7f; }).text();
  EXPECT_NE(text.find("p3 ("), std::string::npos) << text;
  EXPECT_NE(text.find("p9 ("), std::string::npos) << text;
}

TEST(SilenceCauses, AreOfNoInterestIfFewPatchesAreSilent) {
  const ParameterSpace space = spaceOf(5);
  EXPECT_EQ(drawn(space, 100, [](const auto& values) { return values[0] > 0.6f; }).text(), "");
  EXPECT_EQ(drawn(space, 4, [](const auto&) { return true; }).text(), "");
  EXPECT_EQ(SilenceCauses(space).text(), "");
}

TEST(SilenceCauses, ThatAreNotInOneParameterAreNotMadeUp) {
  const ParameterSpace space = spaceOf(10);
  int number = 0;
  const std::string text = drawn(space, 300, [&](const auto&) { return ++number % 3 != 0; }).text();
  EXPECT_NE(text.find("no single parameter"), std::string::npos) << text;
}

TEST(SilenceCauses, PresetsAreNotCounted) {
  const ParameterSpace space = spaceOf(5);
  SilenceCauses causes(space);
  for (int i = 0; i < 50; ++i) causes.add({}, true);
  EXPECT_EQ(causes.text(), "");
}

}  // namespace
}  // namespace patchpilot
