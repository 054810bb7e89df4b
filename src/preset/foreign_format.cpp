#include "preset/foreign_format.h"

#include "base/lower_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace patchpilot {

namespace {

/// Formats that one synth or sampler alone reads.
struct NativeFormat {
  const char* extension;
  const char* owner;
};
constexpr NativeFormat kNatives[] = {
    {".vital", "Vital"},
    {".vitalbank", "Vital"},
    {".serumpreset", "Serum 2"},
    {".helm", "Helm"},
    {".h2p", "a u-he synth"},
    {".nki", "Kontakt"},
    {".nkm", "Kontakt"},
    {".nkb", "Kontakt"},
    {".nksf", "an NKS instrument"},
    {".nmsv", "Massive"},
    {".nabs", "Absynth"},
    {".nfm8", "FM8"},
    {".nrkt", "Reaktor"},
    {".ens", "Reaktor"},
    {".ksd", "a Native Instruments synth"},
    {".xiz", "ZynAddSubFX or Yoshimi"},
    {".xmz", "ZynAddSubFX or Yoshimi"},
    {".xiy", "Yoshimi"},
    {".sbf", "Spire"},
    {".spf", "Spire"},
    {".odin", "Odin 2"},
    {".sy1", "Synth1"},
    {".obxf", "OB-Xf"},
    {".dexed", "Dexed"},
    {".prt_omn", "Omnisphere"},
    {".mlt_omn", "Omnisphere"},
    {".prt_trl", "Trilian"},
    {".pgtx", "Pigments"},
    {".arturia", "an Arturia synth"},
    {".adv", "Ableton Live"},
    {".adg", "Ableton Live"},
    {".fst", "FL Studio"},
    {".exs", "Logic's sampler"},
    {".pst", "Logic"},
    {".cst", "Logic"},
    {".aupreset", "an Audio Unit"},
    {".rpl", "Reaper"},
    {".synthv1", "synthv1"},
    {".padthv1", "padthv1"},
    {".samplv1", "samplv1"},
    {".drumkv1", "drumkv1"},
    {".bank", "the synth that saved it (amSynth's have this name)"},
    {".srgmarkup", "Surge XT"},
};

/// Formats that are no presets of a synth, or of more than one.
struct OtherFormat {
  const char* extension;
  const char* what;
  const char* help;
};
constexpr const char* kUnpack = "unpack it, and name the folder";
constexpr const char* kMatchIt = "it is no preset; 'patchpilot match' takes sounds";
constexpr OtherFormat kOthers[] = {
    {".zip", "a ZIP archive", kUnpack},
    {".rar", "a RAR archive", kUnpack},
    {".7z", "a 7-Zip archive", kUnpack},
    {".tar", "a tar archive", kUnpack},
    {".gz", "compressed with gzip", "unpack it"},
    {".bz2", "compressed with bzip2", "unpack it"},
    {".xz", "compressed with xz", "unpack it"},
    {".tgz", "a tar archive", kUnpack},
    {".dmg", "a disk image of macOS", "open it, and name the folder of its presets"},
    {".syx", "a MIDI SysEx dump, which hardware synths and their emulations read",
     "load it in such a synth (Dexed for a DX7's) and save a preset of it there, as .vstpreset or an LV2 "
     "preset"},
    {".mid", "a MIDI file, which holds notes and no sound", "render it, and match the sound"},
    {".midi", "a MIDI file, which holds notes and no sound", "render it, and match the sound"},
    {".sf2", "a SoundFont, which holds samples",
     "play it in a sampler; its sounds can be matched, one note each"},
    {".sf3", "a SoundFont, which holds samples",
     "play it in a sampler; its sounds can be matched, one note each"},
    {".sfz", "an SFZ instrument, which plays samples", "play it in a sampler; its sounds can be matched"},
    {".scl", "a Scala tuning", "load it in the synth; it is no preset"},
    {".kbm", "a keyboard mapping of a tuning", "load it in the synth; it is no preset"},
    {".wt", "a wavetable", "load it in an oscillator of the synth; it is no preset"},
    {".wav", "a sound", kMatchIt},
    {".aif", "a sound", kMatchIt},
    {".aiff", "a sound", kMatchIt},
    {".flac", "a sound", kMatchIt},
    {".ogg", "a sound", kMatchIt},
    {".mp3", "a sound", kMatchIt},
    {".m4a", "a sound", kMatchIt},
    {".db", "a library of Patch Pilot, or another database", "name it with --library"},
};

/// First bytes that say what a file is, whatever it is called.
struct Signature {
  std::string_view bytes;
  const char* extension;  ///< whose entry in `kOthers` speaks of it
};
constexpr Signature kSignatures[] = {
    {std::string_view("PK\3\4", 4), ".zip"},
    {std::string_view("PK\5\6", 4), ".zip"},
    {std::string_view("Rar!\x1A\7", 6), ".rar"},
    {std::string_view("7z\xBC\xAF\x27\x1C", 6), ".7z"},
    {std::string_view("MThd", 4), ".mid"},
    {std::string_view("\x1F\x8B\x8", 3), ".gz"},
    {std::string_view("\xFD"
                      "7zXZ",
                      5),
     ".xz"},
    {std::string_view("BZh", 3), ".bz2"},
    {std::string_view("SQLite format 3", 15), ".db"},
    {std::string_view("fLaC", 4), ".flac"},
    {std::string_view("OggS", 4), ".ogg"},
};

std::optional<ForeignFormat> otherFormat(std::string_view extension) {
  for (const OtherFormat& other : kOthers)
    if (extension == other.extension) return ForeignFormat{other.what, other.help};
  return std::nullopt;
}

std::optional<ForeignFormat> nativeFormat(std::string_view extension) {
  for (const NativeFormat& native : kNatives)
    if (extension == native.extension)
      return ForeignFormat{
          fmt::format("in the format of {}, which no other program reads", native.owner),
          fmt::format("open it in {}, as a plug-in, and save it there as a preset of a host: "
                      ".vstpreset or an LV2 preset (.fxp if the synth is one that reads it here)",
                      native.owner)};
  return std::nullopt;
}

}  // namespace

std::optional<ForeignFormat> foreignFormat(const std::filesystem::path& file,
                                           std::span<const std::uint8_t> head) {
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  if (file.filename().string().starts_with("._") && text.starts_with(std::string_view("\0\5\x16\7", 4)))
    return ForeignFormat{"what macOS keeps beside a file",
                         "take the file without '._' at the beginning of its name"};
  const std::string extension = lowerCase(file.extension().string());
  // A compressed preset of a synth is that synth's, as its extension says.
  if (auto native = nativeFormat(extension)) return native;
  for (const Signature& signature : kSignatures)
    if (text.starts_with(signature.bytes)) return otherFormat(signature.extension);
  if (text.starts_with("RIFF") && text.size() >= 12) {
    if (text.substr(8, 4) == "WAVE") return otherFormat(".wav");
    if (text.substr(8, 4) == "sfbk") return otherFormat(".sf2");
  }
  return otherFormat(extension);
}

}  // namespace patchpilot
