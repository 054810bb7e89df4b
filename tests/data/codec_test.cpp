#include "data/codec.h"

#include "base/error.h"
#include "test_support.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {
namespace {

/// A continuous parameter with a constant outside its range, a stepped one, two equal sections that may
/// change places, and a gate.
ParameterSpace handMade() {
  return parseSpace(R"(format = 1
name = "hand"
[synth]
format = "LV2"
id = "urn:hand"
[[parameter]]
key = "level"
kind = "continuous"
min = 0.2
max = 0.8
constant = 0.0
constant_probability = 0.5
[[parameter]]
key = "octave"
kind = "stepped"
steps = 5
[[parameter]]
key = "shape1"
kind = "categorical"
choices = [{label = "saw", value = 0.0}, {label = "square", value = 0.5}, {label = "sine", value = 1.0}]
[[parameter]]
key = "tune1"
kind = "continuous"
constant = 0.5
[[parameter]]
key = "shape2"
kind = "categorical"
choices = [{label = "saw", value = 0.0}, {label = "square", value = 0.5}, {label = "sine", value = 1.0}]
[[parameter]]
key = "tune2"
kind = "continuous"
constant = 0.5
[[symmetry]]
name = "oscillators"
members = [["shape1", "tune1"], ["shape2", "tune2"]]
[[gate]]
closed = {level = 0.0}
silences = ["shape2", "octave"]
)",
                    "hand.toml");
}

TEST(Codec, EncodesRangesAndChoices) {
  const Codec codec(handMade(), {{"note", 36, 84}});
  EXPECT_EQ(codec.width(), 1u + 1 + 3 + 1 + 3 + 1 + 1);
  const std::vector<float> values{0.4f, 0.75f, 0.5f, 0.25f, 1, 1};
  const std::vector<double> note{60};
  // The range of `level` is from its constant on: 0 to 0.8.
  EXPECT_EQ(codec.encode(values, note), (std::vector<float>{0, 0.5f, 0, 1, 0, -0.5f, 0, 0, 1, 1, 0}));
  const Codec::Decoded back = codec.decode(codec.encode(values, note));
  EXPECT_EQ(back.values, values);
  EXPECT_EQ(back.extras, note);
}

TEST(Codec, DecodesToTheNearestPossiblePatch) {
  const Codec codec(handMade());
  const auto decoded = [&](std::size_t block, std::vector<float> put) {
    std::vector<float> vector = codec.encode(std::vector<float>{0.4f, 0, 0, 0.1f, 0, 0.1f});
    std::copy(put.begin(), put.end(), vector.begin() + std::ptrdiff_t(codec.blocks()[block].first));
    return codec.decode(vector).values[block];
  };
  EXPECT_EQ(decoded(0, {-0.97f}), 0.0f) << "within 2 % of the range of the constant";
  EXPECT_EQ(decoded(0, {-0.9f}), 0.2f) << "between constant and range";
  EXPECT_EQ(decoded(0, {7}), 0.8f);
  EXPECT_EQ(decoded(1, {0.3f}), 0.75f);
  EXPECT_EQ(decoded(1, {-0.8f}), 0.0f);
  EXPECT_EQ(decoded(2, {-3, -1, -2}), 0.5f);
  EXPECT_EQ(decoded(3, {0.03f}), 0.5f);
  EXPECT_NEAR(decoded(3, {0.05f}), 0.525f, 1e-6f);
}

TEST(Codec, MasksWhatIsSilentWithAllOfItsChoices) {
  const Codec codec(handMade(), {{"note", 36, 84}});
  EXPECT_EQ(codec.mask({0.4f, 0, 0, 0, 0, 0}), std::vector<float>(11, 1.0f));
  EXPECT_EQ(codec.mask({0, 0, 0, 0, 0, 0}), (std::vector<float>{1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1}));
}

TEST(Codec, TellsWhichValuesMayChangePlaces) {
  const Codec codec(handMade());
  ASSERT_EQ(codec.exchanges().size(), 1u);
  const auto& members = codec.exchanges()[0].members;
  EXPECT_EQ(members, (std::vector<std::vector<std::size_t>>{{2, 3, 4, 5}, {6, 7, 8, 9}}));
  std::vector<float> vector = codec.encode(std::vector<float>{0.4f, 0, 0.5f, 0.25f, 1, 0.75f});
  for (std::size_t i = 0; i < members[0].size(); ++i) std::swap(vector[members[0][i]], vector[members[1][i]]);
  EXPECT_EQ(codec.decode(vector).values, (std::vector<float>{0.4f, 0, 1, 0.75f, 0.5f, 0.25f}));
  ParameterSpace unequal = handMade();
  unequal.parameters[4].choices.pop_back();
  try {
    Codec refused(unequal);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "hand.toml: symmetry oscillators: shape2 and shape1 differ in kind or number of choices");
  }
}

TEST(Codec, RefusesWhatIsNotFinite) {
  const Codec codec(handMade());
  EXPECT_THROW(codec.encode(std::vector<float>{NAN, 0, 0, 0, 0, 0}), Error);
  EXPECT_THROW(codec.encode(std::vector<float>{0, 0}), Error);
  std::vector<float> vector(codec.width(), 0.0f);
  vector[3] = INFINITY;
  EXPECT_THROW(codec.decode(vector), Error);
}

TEST(Codec, RoundTripsPatchesOfShippedSpaces) {
  const TestPlaces places;
  for (const char* name : {"jx10", "dx10", "surge-simple", "surge-full"}) {
    const Codec codec(loadSpace(name), {{"note", 0, 127}, {"onset", 0, 2}});
    const auto& parameters = codec.space().parameters;
    for (std::uint64_t index = 0; index < 50; ++index) {
      const std::vector<float> values = codec.space().draw(3, index);
      const std::vector<double> extras{double(index), 0.01 * double(index)};
      const std::vector<float> vector = codec.encode(values, extras);
      ASSERT_EQ(vector.size(), codec.width());
      for (const float value : vector) ASSERT_TRUE(value >= -1 && value <= 1);
      const Codec::Decoded back = codec.decode(vector);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const ParameterSpec& p = parameters[i];
        const bool exact = p.kind != ParameterKind::continuous || values[i] == p.constant;
        const bool nearConstant = p.constant && std::abs(values[i] - *p.constant) <= 0.021f;
        EXPECT_NEAR(back.values[i], values[i],
                    exact          ? 0
                    : nearConstant ? 0.021
                                   : 1e-6)
            << name << " " << p.key;
      }
      for (std::size_t i = 0; i < extras.size(); ++i) EXPECT_NEAR(back.extras[i], extras[i], 1e-5);
      // The decoded patch closes the gates that the patch closes.
      const auto silent = codec.space().silent(values), after = codec.space().silent(back.values);
      EXPECT_TRUE(std::includes(after.begin(), after.end(), silent.begin(), silent.end())) << name;
      const std::vector<float> mask = codec.mask(values);
      for (const std::size_t one : silent) EXPECT_EQ(mask[codec.blocks()[one].first], 0.0f);
    }
  }
}

}  // namespace
}  // namespace patchpilot
