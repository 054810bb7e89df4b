#include "audio/sound_header.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "audio/file.h"
#include "base/error.h"
#include "base/files.h"
#include "temporary_folder.h"

namespace patchpilot {
namespace {

std::string number(std::uint64_t value, std::size_t count, std::endian order = std::endian::little) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes.push_back(char(value >> (8 * i)));
  if (order == std::endian::big) std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

std::string chunk(const std::string& id, const std::string& content,
                  std::endian order = std::endian::little) {
  return id + number(content.size(), 4, order) + content + std::string(content.size() % 2, '\0');
}

constexpr std::size_t kFrames = 22050;

/// Half a second of a tone at 16 bits.
std::string samples(std::endian order = std::endian::little, int channels = 1) {
  std::string bytes;
  for (std::size_t i = 0; i < kFrames; ++i)
    for (int c = 0; c < channels; ++c)
      bytes += number(std::uint16_t(std::int16_t(12000 * std::sin(0.05 * double(i)))), 2, order);
  return bytes;
}

std::string format(std::uint32_t rate = 44100, std::uint32_t byteRate = 88200, int channels = 1) {
  return chunk("fmt ", number(1, 2) + number(std::uint64_t(channels), 2) + number(rate, 4) +
                           number(byteRate, 4) + number(2 * std::uint64_t(channels), 2) + number(16, 2));
}

std::string wav(const std::string& chunks) { return "RIFF" + number(4 + chunks.size(), 4) + "WAVE" + chunks; }

class SoundHeaderTest : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& bytes) const {
    writeFileAtomically(folder_ / name, bytes);
    return folder_ / name;
  }

  /// All of a sound is read, and what was wrong with its header is told.
  void expectAllRead(const std::string& name, const std::string& bytes, bool told = true) const {
    const SoundFile file = readSound(write(name, bytes));
    EXPECT_EQ(file.sound.frames(), kFrames) << name;
    EXPECT_NEAR(file.fileSeconds, 0.5, 1e-9) << name;
    EXPECT_NEAR(file.sound.channel(0)[kFrames - 1], 12000 / 32768.0 * std::sin(0.05 * double(kFrames - 1)),
                1e-4)
        << name;
    EXPECT_EQ(file.notes.size(), told ? 1u : 0u) << name;
  }

  std::string messageOf(const std::string& name, const std::string& bytes) const {
    try {
      readSound(write(name, bytes));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      return error.what();
    }
    return "was read";
  }

  TemporaryFolder folder_;
};

TEST_F(SoundHeaderTest, ReadsWavFilesWhoseSizesWereNeverWritten) {
  const std::string data = samples();
  expectAllRead("right.wav", wav(format() + chunk("data", data)), false);
  expectAllRead("zero.wav", "RIFF" + number(0, 4) + "WAVE" + format() + "data" + number(0, 4) + data);
  expectAllRead("zero-data.wav",
                "RIFF" + number(data.size() + 36, 4) + "WAVE" + format() + "data" + number(0, 4) + data);
  expectAllRead("behind-bext.wav", "RIFF" + number(0, 4) + "WAVE" + chunk("bext", std::string(602, '\0')) +
                                       format() + "data" + number(0, 4) + data);
  expectAllRead("list-after.wav", "RIFF" + number(0, 4) + "WAVE" + format() + "data" + number(0, 4) + data +
                                      chunk("LIST", "INFOISFT" + number(4, 4) + "abc") +
                                      chunk("id3 ", "xyz"));
  expectAllRead("ffffffff.wav",
                "RIFF" + number(0xFFFFFFFF, 4) + "WAVE" + format() + "data" + number(0xFFFFFFFF, 4) + data,
                false);
  expectAllRead(
      "too-large.wav",
      "RIFF" + number(3 * data.size(), 4) + "WAVE" + format() + "data" + number(2 * data.size(), 4) + data,
      false);
  expectAllRead("one-block.wav",
                "RIFF" + number(4132, 4) + "WAVE" + format() + "data" + number(4096, 4) + data);
}

TEST_F(SoundHeaderTest, ReadsRf64AndW64WhoseSizesWereNeverWritten) {
  const std::string data = samples();
  expectAllRead("zero.rf64", "RF64" + number(0xFFFFFFFF, 4) + "WAVE" + chunk("ds64", std::string(28, '\0')) +
                                 format() + "data" + number(0xFFFFFFFF, 4) + data);
  const std::string guid = "\xF3\xAC\xD3\x11\x8C\xD1" + std::string("\x00\xC0\x4F\x8E\xDB\x8A", 6);
  const std::string riffGuid = "riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1" + std::string("\0\0", 2);
  const std::string fmtContent = format().substr(8);
  const std::string w64 = riffGuid + number(0, 8) + "wave" + guid + "fmt " + guid +
                          number(24 + fmtContent.size(), 8) + fmtContent + "data" + guid + number(0, 8) +
                          data;
  expectAllRead("zero.w64", w64);
}

TEST_F(SoundHeaderTest, ReadsAiffAndAuWhoseSizesWereNeverWritten) {
  constexpr auto big = std::endian::big;
  const std::string data = samples(big);
  const std::string rate = std::string("\x40\x0E\xAC\x44", 4) + std::string(6, '\0');
  const auto comm = [&](std::size_t frames) {
    return chunk("COMM", number(1, 2, big) + number(frames, 4, big) + number(16, 2, big) + rate, big);
  };
  expectAllRead("right.aif",
                "FORM" + number(data.size() + 46, 4, big) + "AIFF" + comm(kFrames) +
                    chunk("SSND", std::string(8, '\0') + data, big),
                false);
  expectAllRead("zero.aif", "FORM" + number(0, 4, big) + "AIFF" + comm(0) + "SSND" + number(0, 4, big) +
                                std::string(8, '\0') + data);
  expectAllRead("no-frames.aif", "FORM" + number(data.size() + 46, 4, big) + "AIFF" + comm(0) +
                                     chunk("SSND", std::string(8, '\0') + data, big));
  const auto au = [&](std::uint32_t size) {
    return ".snd" + number(24, 4, big) + number(size, 4, big) + number(3, 4, big) + number(44100, 4, big) +
           number(1, 4, big) + data;
  };
  expectAllRead("unknown.au", au(0xFFFFFFFF), false);
  expectAllRead("zero.au", au(0));
}

TEST_F(SoundHeaderTest, ReadsTagsAsNoSound) {
  const std::string data = samples();
  const std::string file = wav(format() + chunk("data", data));
  expectAllRead("tag.wav", file + "TAG" + std::string(125, 'x'), false);
  expectAllRead("zeros.wav", file + std::string(20000, '\0'), false);
  expectAllRead("list-cut-off.wav", file + "LIST" + number(1 << 20, 4) + std::string(30000, 'y'), false);
}

TEST_F(SoundHeaderTest, FindsWavBehindWhatIsInFrontOfIt) {
  const std::string file = wav(format() + chunk("data", samples()));
  expectAllRead("junk.wav", std::string(16, '\0') + file);
  expectAllRead("text.wav", "HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n\r\n" + file);
}

TEST_F(SoundHeaderTest, RefusesWhatBeginsWhereItNoLongerLooks) {
  for (const std::size_t junk : {4084u, 4088u, 4089u, 4092u})
    EXPECT_NE(messageOf("late.wav", std::string(junk, '\0') + "RIFF" + std::string(400, '\0')), "was read")
        << junk;
}

TEST_F(SoundHeaderTest, ReadsChunksThatLackTheirPadding) {
  expectAllRead("unpadded.wav", "RIFF" + number(4 + 24 + 13 + 8 + 2 * kFrames, 4) + "WAVE" + format() +
                                    "note" + number(5, 4) + "abcde" + "data" + number(2 * kFrames, 4) +
                                    samples());
}

TEST_F(SoundHeaderTest, AnEmptySoundIsEmpty) {
  EXPECT_NE(messageOf("empty.wav", wav(format() + chunk("data", ""))).find("0 frames"), std::string::npos);
  EXPECT_NE(messageOf("empty-list.wav",
                      wav(format() + chunk("data", "") + chunk("LIST", "INFOISFT" + number(4, 4) + "abc")))
                .find("0 frames"),
            std::string::npos);
}

TEST_F(SoundHeaderTest, MendsWhatIsImpossibleInAFormat) {
  const auto read = [&](int tag, int channels, std::uint32_t rate, std::uint32_t byteRate, int bits) {
    const std::string fmt = number(std::uint64_t(tag), 2) + number(std::uint64_t(channels), 2) +
                            number(rate, 4) + number(byteRate, 4) + number(2, 2) +
                            number(std::uint64_t(bits), 2);
    return readSound(write("fmt.wav", wav(chunk("fmt ", fmt) + chunk("data", samples()))));
  };
  EXPECT_EQ(read(1, 1, 0, 44100, 16).fileRateHz, 22050);
  EXPECT_EQ(read(1, 1, 0xFFFFFFFF, 88200, 16).fileRateHz, 44100);
  for (const SoundFile& file : {read(0, 1, 44100, 88200, 16), read(0xFFFE, 1, 44100, 88200, 16),
                                read(1, 0, 44100, 88200, 16), read(1, 1, 44100, 88200, 0)}) {
    EXPECT_EQ(file.sound.frames(), kFrames);
    EXPECT_EQ(file.fileChannels, 1);
    ASSERT_EQ(file.notes.size(), 1u);
    EXPECT_NE(file.notes.front().find("which follows from the rest of it"), std::string::npos);
  }
  EXPECT_NE(messageOf("no-rate.wav", wav(format(0, 0) + chunk("data", samples())))
                .find("no possible sampling rate"),
            std::string::npos);
}

TEST_F(SoundHeaderTest, ReadsFlacOfUnknownAndOfWrongLength) {
  AudioBuffer sound(2, 3 * 44100);
  for (std::size_t i = 0; i < sound.frames(); ++i)
    sound.channel(0)[i] = sound.channel(1)[i] = float(0.4 * std::sin(0.03 * double(i)));
  std::vector<std::uint8_t> bytes = encodeFlac(sound.channel(0), sound.channel(1)).bytes;
  // 36 bits in STREAMINFO.
  const auto withLength = [&](std::uint64_t frames) {
    auto changed = bytes;
    changed[21] = std::uint8_t((changed[21] & 0xF0) | (frames >> 32));
    for (int i = 0; i < 4; ++i) changed[std::size_t(22 + i)] = std::uint8_t(frames >> (8 * (3 - i)));
    return std::string(changed.begin(), changed.end());
  };
  const auto unknown = write("unknown.flac", withLength(0)),
             hours = write("hours.flac", withLength(3ull * 3600 * 44100));
  for (const auto& file : {unknown, hours}) {
    const SoundFile all = readSound(file);
    EXPECT_EQ(all.sound.frames(), 3u * 44100) << file;
    EXPECT_NEAR(all.fileSeconds, 3, 1e-9) << file;
    EXPECT_EQ(readSound(file, {.startSeconds = 1, .durationSeconds = 0.5}).sound.frames(), 22050u) << file;
    EXPECT_EQ(readSound(file, {.startSeconds = 2.5, .durationSeconds = 5}).sound.frames(), 22050u) << file;
    try {
      readSound(file, {.maxSeconds = 2});
      ADD_FAILURE() << file << " is too long";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("is too long"), std::string::npos) << error.what();
    }
    EXPECT_THROW(readSound(file, {.startSeconds = 4}), Error);
  }
}

TEST_F(SoundHeaderTest, NamesThePlaceOfASampleThatIsNoNumber) {
  AudioBuffer sound(2, 44100);
  for (std::size_t i = 0; i < sound.frames(); ++i)
    sound.channel(0)[i] = sound.channel(1)[i] = float(0.4 * std::sin(0.03 * double(i)));
  const auto messageWith = [&](std::initializer_list<std::size_t> places, float value,
                               const ReadOptions& options = {}) -> std::string {
    AudioBuffer bad = sound;
    for (const std::size_t place : places) bad.channel(1)[place] = value;
    writeWav(folder_ / "bad.wav", bad);
    try {
      readSound(folder_ / "bad.wav", options);
    } catch (const Error& error) {
      return error.what();
    }
    return "was read";
  };
  const float nan = std::numeric_limits<float>::quiet_NaN(),
              infinity = std::numeric_limits<float>::infinity();
  EXPECT_NE(messageWith({22050}, nan).find("sample 22050 (at 0.5000 s, right) is NaN;"), std::string::npos)
      << messageWith({22050}, nan);
  EXPECT_NE(
      messageWith({100, 200, 300}, infinity).find("sample 100 (at 0.0023 s, right) is infinite, and 2 more"),
      std::string::npos);
  EXPECT_NE(messageWith({33075}, nan, {.startSeconds = 0.5}).find("sample 33075 (at 0.7500 s"),
            std::string::npos);
  EXPECT_NE(messageWith({7, 8}, -1e30f)
                .find("sample 7 (at 0.0002 s, right) is -1e+30, far beyond full scale, and 1 more"),
            std::string::npos);
  EXPECT_EQ(messageWith({7}, 500), "was read") << "54 dB above full scale";
  EXPECT_EQ(messageWith({33075}, nan, {.durationSeconds = 0.5}), "was read");
}

TEST_F(SoundHeaderTest, ReadsRootKeysOfChunks) {
  const auto smpl = [](int key) {
    return chunk("smpl", number(0, 4) + number(0, 4) + number(22675, 4) + number(std::uint64_t(key), 4) +
                             std::string(20, '\0'));
  };
  const std::string inst = chunk("inst", std::string("\x2B\0\0\0\x7F\0\x7F", 7));
  const auto acid = [](int flags) {
    return chunk("acid", number(std::uint64_t(flags), 4) + number(45, 2) + std::string(18, '\0'));
  };
  const auto keysOf = [&](const std::string& chunks) {
    std::string text;
    for (const RootKey& key : readSound(write("keys.wav", wav(format() + chunks))).rootKeys)
      text += fmt::format("{} {}; ", key.note, key.source);
    return text;
  };
  const std::string data = chunk("data", samples());
  EXPECT_EQ(keysOf(data), "");
  EXPECT_EQ(keysOf(data + smpl(41)), "41 smpl chunk; ");
  EXPECT_EQ(keysOf(acid(2) + inst + smpl(41) + data), "41 smpl chunk; 43 inst chunk; 45 acid chunk; ");
  EXPECT_EQ(keysOf(data + acid(1) + smpl(1000)), "") << "no root note is set; there is no such note";

  SoundFile file = readSound(folder_ / "keys.wav");
  file.rootKeys = {{77, "acid chunk"}};
  writeWav(folder_ / "again.wav", file);
  ASSERT_EQ(readSound(folder_ / "again.wav").rootKeys.size(), 1u);
  EXPECT_EQ(readSound(folder_ / "again.wav").rootKeys[0].note, 77);
}

TEST_F(SoundHeaderTest, ReadsTheCyclesOfWavetables) {
  const std::string data = chunk("data", samples());
  const auto cycleOf = [&](const std::string& chunks) {
    return readSound(write("table.wav", wav(format() + chunks + data))).cycleFrames;
  };
  EXPECT_EQ(cycleOf(chunk("clm ", "<!>1024 01000000 wavetable")), 1024u);
  EXPECT_EQ(cycleOf(chunk("clm ", "?")), 2048u);
  EXPECT_EQ(cycleOf(chunk("srge", number(1, 4) + number(512, 4))), 512u);
  EXPECT_EQ(cycleOf(""), 0u);
  const SoundFile file = readSound(write("table.wav", wav(format() + chunk("clm ", "<!>1024 ") + data)));
  EXPECT_EQ(file.stored.frames(), kFrames);
  writeWav(folder_ / "again.wav", file);
  EXPECT_EQ(readSound(folder_ / "again.wav").cycleFrames, 1024u);
}

TEST_F(SoundHeaderTest, NoHeaderIsNoHarm) {
  for (const std::string& bytes : {std::string(), std::string("RIFF"), std::string("RIFF\0\0\0\0WAVE", 12),
                                   std::string(".snd"), std::string("riff"), "FORM" + std::string(20, '\xFF'),
                                   wav("data"), "FORM" + number(4, 4) + "AIFFCOMM" + number(18, 4)}) {
    const SoundHeader header = readSoundHeader(write("x", bytes));
    EXPECT_TRUE(header.patches.empty());
    EXPECT_TRUE(header.rootKeys.empty());
  }
}

}  // namespace
}  // namespace patchpilot
