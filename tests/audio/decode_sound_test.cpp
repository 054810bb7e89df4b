#include "audio/decode_sound.h"

#include "audio/file.h"
#include "base/error.h"
#include "test_support.h"

namespace patchpilot {
namespace {

AudioBuffer ramp() {
  AudioBuffer sound(3, 100, 48000);
  for (std::size_t i = 0; i < sound.samples().size(); ++i) sound.samples()[i] = float(i) / 300;
  return sound;
}

std::string refusalOf(const std::vector<std::uint8_t>& bytes) {
  try {
    decodeSound(bytes, "the render");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    return error.what();
  }
  return "";
}

TEST(DecodeSound, GivesWhatWasWrittenAtItsRateWithItsChannels) {
  const AudioBuffer sound = ramp(), decoded = decodeSound(wavBytes(sound), "the render");
  EXPECT_EQ(decoded.channels(), 3);
  EXPECT_EQ(decoded.sampleRateHz(), 48000);
  EXPECT_TRUE(std::equal(sound.samples().begin(), sound.samples().end(), decoded.samples().begin(),
                         decoded.samples().end()));
}

TEST(DecodeSound, SaysWhatIsDamaged) {
  EXPECT_EQ(refusalOf({}), "the render is damaged: it is no sound");
  EXPECT_EQ(refusalOf({'n', 'o', 'i', 's', 'e'}), "the render is damaged: it is no sound");
  EXPECT_EQ(refusalOf(wavBytes(AudioBuffer(2, 0))), "the render is damaged: it is no sound");
  std::vector<std::uint8_t> cut = encodeFlac(ramp().channel(0), ramp().channel(1)).bytes;
  cut.resize(cut.size() - 20);
  EXPECT_EQ(refusalOf(cut), "the render is damaged: it is cut short");
}

TEST(DecodeSound, BelievesNoLengthThatNoSoundHas) {
  std::vector<std::uint8_t> flac = encodeFlac(ramp().channel(0), ramp().channel(1)).bytes;
  // The block STREAMINFO holds the number of samples in 36 bits, from the middle of byte 21 on.
  flac[21] |= 0x0f;
  EXPECT_NE(refusalOf(flac).find("s long, more than 3600 s"), std::string::npos) << refusalOf(flac);
}

}  // namespace
}  // namespace patchpilot
