#include "audio/file.h"

#include <gtest/gtest.h>
#include <sndfile.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <numbers>

#include "audio/level.h"
#include "base/error.h"
#include "base/files.h"

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

class SoundFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / fmt::format("patchpilot-file-test-{}", ::getpid());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path path(const std::string& name) const { return folder_ / name; }

  /// Writes `value(channel, seconds)`, by libsndfile and not by the code under test.
  fs::path write(const std::string& name, int rate, int channels, double seconds,
                 const std::function<double(int, double)>& value,
                 int format = SF_FORMAT_WAV | SF_FORMAT_FLOAT) const {
    SF_INFO info{0, rate, channels, format, 0, 0};
    SNDFILE* file = sf_open(path(name).c_str(), SFM_WRITE, &info);
    std::vector<float> samples;
    for (int i = 0; i < int(std::lround(seconds * rate)); ++i) {
      for (int c = 0; c < channels; ++c) samples.push_back(float(value(c, double(i) / rate)));
    }
    sf_writef_float(file, samples.data(), sf_count_t(samples.size()) / channels);
    sf_close(file);
    return path(name);
  }

  /// The message of the error, which must be one line of the given kind that names the file.
  static std::string messageOf(const fs::path& file, const ReadOptions& options = {},
                               ExitCode code = ExitCode::input) {
    try {
      readSound(file, options);
    } catch (const Error& error) {
      const std::string message = error.what();
      EXPECT_EQ(error.code(), code) << message;
      EXPECT_EQ(message.find('\n'), std::string::npos) << message;
      if (code == ExitCode::input) {
        EXPECT_NE(message.find(file.string()), std::string::npos) << message;
      }
      return message;
    }
    ADD_FAILURE() << file << " was read";
    return "";
  }

 private:
  fs::path folder_;
};

double sine(double hz, double seconds) { return std::sin(2 * std::numbers::pi * hz * seconds); }

#define EXPECT_HAS(message, part) EXPECT_NE((message).find(part), std::string::npos) << (message)

TEST_F(SoundFileTest, RefusesWhatIsNoFile) {
  EXPECT_HAS(messageOf(path("none.wav")), "no such file");
  EXPECT_HAS(messageOf(path("").parent_path()), "directory");
}

TEST_F(SoundFileTest, RefusesAFileWithoutPermission) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const auto file = write("secret.wav", 44100, 1, 0.1, [](int, double t) { return sine(440, t); });
  fs::permissions(file, fs::perms::none);
  EXPECT_HAS(messageOf(file), "permission");
}

TEST_F(SoundFileTest, RefusesWhatIsNoSound) {
  writeFileAtomically(path("text.wav"), "this is no sound, whatever its name says");
  EXPECT_HAS(messageOf(path("text.wav")), "not a sound file");
  writeFileAtomically(path("nothing.wav"), "");
  EXPECT_HAS(messageOf(path("nothing.wav")), "not a sound file");
}

TEST_F(SoundFileTest, RefusesAFileWithoutFrames) {
  EXPECT_HAS(messageOf(write("empty.wav", 44100, 2, 0, [](int, double) { return 0; })), "0 frames");
}

TEST_F(SoundFileTest, RefusesSamplesThatAreNoNumbers) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto bad = [](double value) {
    return [value](int, double t) { return t > 0.05 ? value : sine(440, t); };
  };
  EXPECT_HAS(messageOf(write("nan.wav", 44100, 1, 0.1, bad(kNan))), "NaN");
  EXPECT_HAS(messageOf(write("inf.wav", 44100, 2, 0.1, bad(kInfinity))), "infinite");
}

TEST_F(SoundFileTest, RefusesSilence) {
  EXPECT_HAS(messageOf(write("silent.wav", 44100, 1, 0.1, [](int, double) { return 0; })), "silent");
  EXPECT_HAS(messageOf(write("faint.wav", 44100, 1, 0.1, [](int, double t) { return 9e-5 * sine(440, t); })),
             "silent");
  EXPECT_NO_THROW(
      readSound(write("soft.wav", 44100, 1, 0.1, [](int, double t) { return 2e-4 * sine(440, t); })));
}

TEST_F(SoundFileTest, RefusesWhatLiesAboveItsRate) {
  EXPECT_HAS(messageOf(write(
                 "ultrasound.wav", 192000, 1, 0.3,
                 [](int, double t) { return 0.5 * sine(60000, t) * std::sin(std::numbers::pi * t / 0.3); })),
             "silent");
}

TEST_F(SoundFileTest, RefusesAStartBeyondTheEnd) {
  const auto file = write("short.wav", 44100, 1, 0.5, [](int, double t) { return sine(440, t); });
  EXPECT_HAS(messageOf(file, {.startSeconds = 0.5}), "beyond the end");
  messageOf(file, {.startSeconds = -1}, ExitCode::usage);
  messageOf(file, {.durationSeconds = 0}, ExitCode::usage);
  messageOf(file, {.durationSeconds = std::numeric_limits<double>::quiet_NaN()}, ExitCode::usage);
}

TEST_F(SoundFileTest, RefusesThreeHoursByTheirHeader) {
  // A sparse file: a header that announces three hours, and zeros that take no room on the disk.
  const auto file = write(
      "hours.wav", 44100, 2, 0.01, [](int, double) { return 0.5; }, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  const std::uint32_t dataBytes = 3 * 3600 * 44100u * 4;
  {
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    const std::uint32_t riffBytes = dataBytes + 36;
    stream.seekp(4).write(reinterpret_cast<const char*>(&riffBytes), 4);
    stream.seekp(40).write(reinterpret_cast<const char*>(&dataBytes), 4);
  }
  fs::resize_file(file, 44 + std::uintmax_t(dataBytes));
  EXPECT_HAS(messageOf(file), "use --start and --duration");
  const SoundFile part = readSound(file, {.startSeconds = 0, .durationSeconds = 0.5});
  EXPECT_EQ(part.sound.frames(), 22050u);
  EXPECT_NEAR(part.fileSeconds, 3 * 3600, 1e-9);
}

TEST_F(SoundFileTest, ReadsTheRequestedPart) {
  const auto file = write("ramp.wav", 44100, 1, 1, [](int, double t) { return t; });
  const SoundFile part = readSound(file, {.startSeconds = 0.25, .durationSeconds = 0.5});
  ASSERT_EQ(part.sound.frames(), 22050u);
  EXPECT_NEAR(part.sound.channel(0).front(), 0.25, 1e-4);
  EXPECT_NEAR(part.sound.channel(1).back(), 0.75, 1e-4);
  EXPECT_EQ(readSound(file, {.startSeconds = 0.75, .durationSeconds = 5}).sound.frames(), 11025u);
}

TEST_F(SoundFileTest, CopiesMonoToBothSides) {
  const SoundFile mono =
      readSound(write("mono.wav", 44100, 1, 0.1, [](int, double t) { return sine(440, t); }));
  EXPECT_EQ(mono.fileChannels, 1);
  ASSERT_EQ(mono.sound.channels(), 2);
  EXPECT_TRUE(std::ranges::equal(mono.sound.channel(0), mono.sound.channel(1)));
}

TEST_F(SoundFileTest, ResamplesEightChannelsAt192kHz) {
  const auto value = [](int channel, double t) { return channel == 5 ? 0.8 * sine(1000, t) : 0; };
  const SoundFile file = readSound(write("many.wav", 192000, 8, 0.5, value));
  EXPECT_EQ(file.fileChannels, 8);
  EXPECT_EQ(file.fileRateHz, 192000);
  EXPECT_NEAR(file.fileSeconds, 0.5, 1e-9);
  ASSERT_EQ(file.sound.frames(), 22050u);
  EXPECT_EQ(file.sound.sampleRateHz(), 44100);
  for (std::size_t i = 4000; i < 18000; ++i) {
    ASSERT_NEAR(file.sound.channel(0)[i], 0.1 * sine(1000, double(i) / 44100), 1e-4) << i;
  }
  EXPECT_TRUE(std::ranges::equal(file.sound.channel(0), file.sound.channel(1)));
}

TEST_F(SoundFileTest, MixDownDoesNotClip) {
  const SoundFile file = readSound(write("loud.wav", 44100, 6, 0.1, [](int, double) { return 1; }));
  EXPECT_NEAR(peak(file.sound), 1, 1e-6);
}

TEST_F(SoundFileTest, ReadsFlac) {
  const auto file = write(
      "tone.flac", 48000, 2, 0.2, [](int, double t) { return 0.5 * sine(300, t); },
      SF_FORMAT_FLAC | SF_FORMAT_PCM_24);
  EXPECT_EQ(readSound(file).sound.frames(), 8820u);
}

TEST_F(SoundFileTest, WavKeepsEverySampleAndTheSameBytes) {
  AudioBuffer sound(2, 1000);
  for (std::size_t i = 0; i < sound.samples().size(); ++i)
    sound.samples()[i] = float(sine(0.01, double(i))) * 1.5f;
  writeWav(path("a.wav"), sound);
  writeWav(path("b.wav"), sound);
  EXPECT_EQ(readFile(path("a.wav")), readFile(path("b.wav")));
  const SoundFile back = readSound(path("a.wav"));
  EXPECT_TRUE(std::ranges::equal(back.sound.samples(), sound.samples()));
}

TEST_F(SoundFileTest, WavIntoNowhereIsAnErrorOfTheSystem) {
  try {
    writeWav(path("no such folder/a.wav"), AudioBuffer(2, 10));
    ADD_FAILURE() << "was written";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::system) << error.what();
  }
}

TEST_F(SoundFileTest, Mp3InMemoryIsTheFileThatIsWritten) {
  AudioBuffer sound(2, 44100);
  for (std::size_t i = 0; i < sound.samples().size(); ++i) sound.samples()[i] = float(sine(0.01, double(i)));
  const std::vector<std::uint8_t> bytes = mp3Bytes(sound);
  writeMp3(path("a.mp3"), sound);
  EXPECT_EQ(readFile(path("a.mp3")), bytes);
  const SoundFile back = readSound(path("a.mp3"));
  EXPECT_NEAR(double(back.sound.frames()), 44100, 2400) << "the codec pads";
}

TEST(Flac, GivesBackLoudAndQuietSounds) {
  for (const double level : {4.0, 0.5, 1e-4, 0.0}) {
    AudioBuffer sound(2, 5000);
    for (std::size_t i = 0; i < 5000; ++i) {
      sound.channel(0)[i] = float(level * std::sin(0.1 * double(i)));
      sound.channel(1)[i] = float(-0.3 * level * std::cos(0.037 * double(i)));
    }
    const Flac flac = encodeFlac(sound.channel(0), sound.channel(1));
    const AudioBuffer again = decodeFlac(flac, "a render");
    ASSERT_EQ(again.frames(), sound.frames());
    for (std::size_t i = 0; i < sound.samples().size(); ++i)
      ASSERT_NEAR(again.samples()[i], sound.samples()[i], level * 2.4e-7) << level;
  }
}

TEST(Flac, SaysWhenItIsDamaged) {
  const AudioBuffer sound(2, 4000);
  Flac flac = encodeFlac(sound.channel(0), sound.channel(1));
  flac.bytes.assign(100, 7);
  try {
    decodeFlac(flac, "x.db: the render of patch 3");
    ADD_FAILURE() << "it is taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_NE(std::string(error.what()).find("x.db: the render of patch 3 is damaged"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace patchpilot
