#include "audio/foreign_sound.h"

#include "base/lower_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace patchpilot {

namespace {

/// A format by the bytes at a place in the file, or by the extension.
struct ForeignFormat {
  std::size_t at;
  std::string_view bytes;  ///< empty: known by its extension only
  std::string_view extension;
  const char* name;
  bool isSound;  ///< whether ffmpeg makes a sound file of it
};

constexpr ForeignFormat kFormats[] = {
    {4, "ftypqt  ", ".mov", "a QuickTime film", true},
    {4, "ftyp", ".m4a", "MPEG-4 audio (AAC or ALAC)", true},
    {0, "", ".aac", "AAC", true},
    {0, "", ".m4b", "MPEG-4 audio", true},
    {0, "", ".mp4", "an MPEG-4 film", true},
    {0, std::string_view("\x30\x26\xB2\x75\x8E\x66\xCF\x11", 8), ".wma", "Windows Media audio", true},
    {0, std::string_view("\x1A\x45\xDF\xA3", 4), ".webm", "a WebM or Matroska recording", true},
    {0, "#!AMR", ".amr", "an AMR recording of a phone", true},
    {0, "MAC ", ".ape", "Monkey's Audio", true},
    {0, "wvpk", ".wv", "WavPack", true},
    {0, "DSD ", ".dsf", "a DSD recording", true},
    {0, "FRM8", ".dff", "a DSD recording", true},
    {0, std::string_view("\x0B\x77", 2), ".ac3", "Dolby Digital audio", true},
    {0, "REX", ".rex", "a REX loop", false},
    {0, "", ".rx2", "a REX loop", false},
    {0, std::string_view("PK\3\4", 4), ".zip", "a ZIP archive", false},
    {0, "Rar!", ".rar", "a RAR archive", false},
    {0, std::string_view("7z\xBC\xAF\x27\x1C", 6), ".7z", "a 7-Zip archive", false},
    {0, "MThd", ".mid", "a MIDI file, which holds notes and no sound", false},
    {0, "CcnK", ".fxp", "a preset of a synth, and no sound", false},
    {0, "VST3", ".vstpreset", "a preset of a synth, and no sound", false},
};

const ForeignFormat* find(const std::filesystem::path& file, std::string_view head) {
  for (const ForeignFormat& format : kFormats)
    if (!format.bytes.empty() && head.size() >= format.at && head.substr(format.at).starts_with(format.bytes))
      return &format;
  const std::string extension = lowerCase(file.extension().string());
  for (const ForeignFormat& format : kFormats)
    if (extension == format.extension) return &format;
  return nullptr;
}

}  // namespace

std::optional<std::string> foreignSound(const std::filesystem::path& file,
                                        std::span<const std::uint8_t> head) {
  const ForeignFormat* format = find(file, {reinterpret_cast<const char*>(head.data()), head.size()});
  if (format == nullptr) return std::nullopt;
  if (format->isSound) {
    const std::string name = file.filename().string();
    return fmt::format("{}; convert it: ffmpeg -i \"{}\" \"{}.wav\"", format->name, name,
                       file.stem().string());
  }
  const bool packed = std::string_view(format->name).ends_with("archive");
  const bool loop = std::string_view(format->name).ends_with("loop");
  return fmt::format("{}; {}", format->name,
                     packed ? "unpack it, and name a sound in it"
                     : loop ? "export it as WAV where it was made"
                            : "name a sound file");
}

}  // namespace patchpilot
