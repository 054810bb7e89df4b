#include "synth/tuning.h"

#include "base/error.h"
#include "features/mss.h"
#include "synth/plugin_engine.h"
#include "test_support.h"

#include <fmt/format.h>

namespace patchpilot {
namespace {

const std::string kSpace = R"(
format = 1
name = "s"
[synth]
format = "LV2"
id = "urn:x"
[[parameter]]
key = "pitch"
kind = "continuous"
[[parameter]]
key = "octave"
kind = "stepped"
steps = 5
)";

std::string problemOf(const std::string& tuning) {
  try {
    parseSpace(kSpace + "[[tuning]]\n" + tuning, "s.toml");
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(Tuning, ErrorsNameTheTableAndTheProblem) {
  EXPECT_EQ(problemOf("parameters = [\"pitch\"]\nsemitones = 14\n"), "none");
  EXPECT_NE(problemOf("semitones = 14\n").find("tuning: 'parameters' is missing, or empty"),
            std::string::npos);
  EXPECT_NE(problemOf("parameters = [\"tune\"]\nsemitones = 14\n").find("names no parameter: tune"),
            std::string::npos);
  EXPECT_NE(problemOf("parameters = [\"pitch\"]\n").find("'semitones' is missing"), std::string::npos);
  EXPECT_NE(problemOf("parameters = [\"pitch\"]\nsemitones = 0\n").find("'semitones' is 0"),
            std::string::npos);
  EXPECT_NE(problemOf("parameters = [\"pitch\"]\nsemitones = 14\nall = true\n").find("'all' is not known"),
            std::string::npos);
}

TEST(Tuning, ValuesAreSemitonesApartAndStayInTheirRange) {
  const ParameterSpace space = parseSpace(
      kSpace +
          "[[tuning]]\nparameters = [\"pitch\"]\nsemitones = 14\n[[tuning]]\nparameters = [\"octave\"]\n"
          "semitones = 48\npart = true\n",
      "s.toml");
  const std::vector<Tuning> tunings = tuningsOf(space);
  ASSERT_EQ(tunings.size(), 2u);
  EXPECT_FALSE(tunings[0].part);
  EXPECT_TRUE(tunings[1].part);
  const ParameterSpec &pitch = space.parameters[0], &octave = space.parameters[1];
  EXPECT_FLOAT_EQ(tunedValue(pitch, tunings[0], 0.5f, 7).value(), 1.0f);
  EXPECT_FLOAT_EQ(tunedValue(pitch, tunings[0], 0.5f, -3).value(), float(0.5 - 3 / 14.0));
  EXPECT_FALSE(tunedValue(pitch, tunings[0], 0.5f, 8));
  EXPECT_FLOAT_EQ(tunedValue(octave, tunings[1], 0.5f, -12).value(), 0.25f);
  EXPECT_FALSE(tunedValue(octave, tunings[1], 0.5f, 7)) << "no step is there";
  EXPECT_FALSE(tunedValue(octave, tunings[1], 1.0f, 12));
}

// What a shipped space says of a tuning is true of the synth: with the note lower and the tuning higher a
// patch sounds the same.
TEST(Tuning, OfAllTheSoundMakesUpForTheNote) {
  const TestPlaces places;
  PluginEngine engine(std::make_shared<Synth>(loadSpace("jx10")), {.workers = 1, .longestSeconds = 0.5});
  const ParameterSpace& space = engine.space();
  const Tuning tuning = tuningsOf(space).front();
  ASSERT_FALSE(tuning.part);
  const std::size_t octave = tuning.parameters.front();
  for (std::uint64_t index = 0; index < 4; ++index) {
    std::vector<float> values = space.draw(3, index);
    values[octave] = *space.parameters[octave].constant;
    std::vector<float> tuned = values;
    tuned[octave] = tunedValue(space.parameters[octave], tuning, values[octave], 12).value();
    const Patch patch = Patch::point(values), higher = Patch::point(tuned);
    const auto sounds = renderAll(engine, {RenderJob{0, &patch, Note{60, 100, 0.3}, 0.5},
                                           RenderJob{1, &higher, Note{48, 100, 0.3}, 0.5},
                                           RenderJob{2, &patch, Note{48, 100, 0.3}, 0.5}});
    ASSERT_TRUE(sounds[0] && sounds[1] && sounds[2]);
    const MssSpectrum spectrum = mssSpectrum(*sounds[0]);
    const double same = mss(spectrum, mssSpectrum(*sounds[1])),
                 lower = mss(spectrum, mssSpectrum(*sounds[2]));
    EXPECT_LT(same, 0.3 * lower + 0.1) << index;
  }
}

}  // namespace
}  // namespace patchpilot
