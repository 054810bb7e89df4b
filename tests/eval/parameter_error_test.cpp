#include "eval/parameter_error.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

/// Two oscillators that may swap, each with a pitch and a wave, and a cutoff that stays.
ParameterSpace space() {
  return parseSpace(R"(format = 1
name = "pair"
[synth]
format = "LV2"
id = "urn:none"
name = "None"
[[section]]
key = "all"
title = "All"
[[parameter]]
key = "pitch_1"
id = "1"
section = "all"
kind = "continuous"
[[parameter]]
key = "wave_1"
id = "2"
section = "all"
kind = "categorical"
choices = [ {label="a", value=0.0, weight=1.0}, {label="b", value=0.5, weight=1.0}, {label="c", value=1.0, weight=1.0} ]
[[parameter]]
key = "pitch_2"
id = "3"
section = "all"
kind = "continuous"
[[parameter]]
key = "wave_2"
id = "4"
section = "all"
kind = "categorical"
choices = [ {label="a", value=0.0, weight=1.0}, {label="b", value=0.5, weight=1.0}, {label="c", value=1.0, weight=1.0} ]
[[parameter]]
key = "cutoff"
id = "5"
section = "all"
kind = "continuous"
[[symmetry]]
name = "oscillators"
members = [ ["pitch_1", "wave_1"], ["pitch_2", "wave_2"] ]
)",
                    "pair.toml");
}

TEST(ParameterError, MeansOfContinuousAndSharesOfChoices) {
  const ParameterError error =
      parameterError(space(), {0.2f, 0.0f, 0.5f, 1.0f, 0.9f}, {0.1f, 0.0f, 0.5f, 0.5f, 0.7f});
  EXPECT_NEAR(*error.continuous, (0.1 + 0 + 0.2) / 3, 1e-6);
  EXPECT_NEAR(*error.categorical, 0.5, 1e-9);
}

TEST(ParameterError, AChoiceIsRightWhereItsNearestValueIs) {
  const ParameterError error = parameterError(space(), {0, 0.6f, 0, 0.9f, 0}, {0, 0.5f, 0, 1.0f, 0});
  EXPECT_EQ(*error.categorical, 1);
}

TEST(ParameterError, OscillatorsThatHaveSwappedAreTheSamePatch) {
  const std::vector<float> truth{0.1f, 0.0f, 0.8f, 1.0f, 0.4f}, swapped{0.8f, 1.0f, 0.1f, 0.0f, 0.4f};
  EXPECT_NEAR(*parameterError(space(), swapped, truth).continuous, 1.4 / 3, 1e-6);
  EXPECT_EQ(*parameterError(space(), swapped, truth).categorical, 0);
  EXPECT_EQ(undoSymmetries(space(), swapped, truth), truth);
  EXPECT_EQ(undoSymmetries(space(), truth, truth), truth);
}

}  // namespace
}  // namespace patchpilot
