#include "audio/foreign_sound.h"

#include "audio/file.h"
#include "base/error.h"
#include "base/files.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace patchpilot {
namespace {

std::string messageOf(const std::filesystem::path& file, std::string_view bytes) {
  writeFileAtomically(file, bytes);
  try {
    readSound(file);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    return error.what();
  }
  ADD_FAILURE() << file << " is read";
  return "";
}

TEST(ForeignSound, SaysWhatTheFileIsAndHowToConvertIt) {
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("patchpilot-foreign-{}", ::getpid());
  std::filesystem::create_directories(folder);
  const struct {
    const char* name;
    std::string_view bytes;
    const char* what;
    const char* help;
  } cases[] = {
      {"phone.m4a",
       std::string_view("\0\0\0\x1C"
                        "ftypM4A \0\0\0\0",
                        16),
       "MPEG-4", "ffmpeg -i \"phone.m4a\" \"phone.wav\""},
      {"My Memo.M4A",
       std::string_view("\0\0\0\x1C"
                        "ftypM4A \0\0\0\0",
                        16),
       "AAC", "ffmpeg -i \"My Memo.M4A\" \"My Memo.wav\""},
      {"named wrongly.wav",
       std::string_view("\0\0\0\x1C"
                        "ftypisom\0\0\0\0",
                        16),
       "MPEG-4", "ffmpeg"},
      {"x.wma", std::string_view("\x30\x26\xB2\x75\x8E\x66\xCF\x11\0\0", 10), "Windows Media", "ffmpeg"},
      {"x.webm", "\x1A\x45\xDF\xA3....", "WebM", "ffmpeg"},
      {"x.amr", "#!AMR\n....", "AMR", "ffmpeg"},
      {"pack.zip", "PK\3\4....", "archive", "unpack"},
      {"song.mid", "MThd....", "MIDI", "name a sound"},
      {"patch.fxp", "CcnK....", "preset", "name a sound"},
  };
  for (const auto& one : cases) {
    const std::string message = messageOf(folder / one.name, one.bytes);
    EXPECT_NE(message.find(one.what), std::string::npos) << message;
    EXPECT_NE(message.find(one.help), std::string::npos) << message;
  }
  EXPECT_FALSE(foreignSound("x.bin", {}));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace patchpilot
