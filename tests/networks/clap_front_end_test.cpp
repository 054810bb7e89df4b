#include "networks/clap_front_end.h"

#include "base/error.h"
#include "clap_fixture.h"

#include <nlohmann/json.hpp>

namespace patchpilot {
namespace {

TEST(ClapFrontEnd, HearsWhatTransformersHears) {
  const ClapFrontEnd frontEnd(readClapHearing(kClapFolder / "preprocessor_config.json"));
  for (const auto& sound : kClapSounds) {
    const Spectrogram mel = frontEnd(expected(sound + "/sound"));
    EXPECT_EQ(mel.frames, frontEnd.hearing().frames());
    expectNear(sound + "/mel", mel.values.data(), mel.values.size());
  }
}

TEST(ClapFrontEnd, AShortSoundIsRepeatedOrNotAsThePaddingSays) {
  ClapHearing hearing = readClapHearing(kClapFolder / "preprocessor_config.json");
  std::vector<float> sound(3000);
  for (std::size_t i = 0; i < sound.size(); ++i) sound[i] = float(std::sin(0.3 * double(i)));
  const auto loudFrames = [&](const std::string& padding) {
    hearing.padding = padding;
    const Spectrogram mel = ClapFrontEnd(hearing)(sound);
    int loud = 0;
    for (std::size_t frame = 0; frame < mel.frames; ++frame) loud += mel.at(frame, 3) > -50;
    return loud;
  };
  // Of 8000 samples, 32 to a frame, each heard 128 samples wide.
  EXPECT_NEAR(loudFrames("pad"), 3000 / 32, 4);
  EXPECT_NEAR(loudFrames("repeatpad"), 6000 / 32, 4);
  EXPECT_NEAR(loudFrames("repeat"), 8000 / 32, 4);
}

TEST(ClapFrontEnd, NoSoundIsSilence) {
  const ClapFrontEnd frontEnd(readClapHearing(kClapFolder / "preprocessor_config.json"));
  for (const float value : frontEnd({}).values) ASSERT_EQ(value, -100.0f);
}

TEST(ClapFrontEnd, AFileThatAsksForTheUnknownIsRefused) {
  TemporaryFolder folder;
  const std::pair<const char*, nlohmann::json> wrong[] = {
      {"truncation", "fusion"},   {"truncation", nullptr}, {"padding", "mirror"}, {"sampling_rate", 0},
      {"sampling_rate", "48000"}, {"hop_length", 0},       {"hop_length", 1e30},  {"fft_window_size", 9000},
      {"feature_size", -1},       {"frequency_max", 5000}, {"frequency_min", -3}, {"max_length_s", 1.5}};
  for (const auto& [key, value] : wrong) {
    auto document = nlohmann::json::parse(readTextFile(kClapFolder / "preprocessor_config.json"));
    document[key] = value;
    writeFileAtomically(folder / "p.json", std::string_view(document.dump()));
    try {
      readClapHearing(folder / "p.json");
      ADD_FAILURE() << key << " " << value;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      EXPECT_NE(std::string(error.what()).find(key), std::string::npos) << error.what();
    }
  }
  writeFileAtomically(folder / "p.json", std::string_view("[]"));
  EXPECT_THROW(readClapHearing(folder / "p.json"), Error);
}

}  // namespace
}  // namespace patchpilot
