#include "audio/decode_sound.h"

#include "audio/memory_file.h"
#include "base/error.h"

#include <memory>

namespace patchpilot {

namespace {

constexpr double kMostDecodedSeconds = 3600;

}  // namespace

AudioBuffer decodeSound(std::span<const std::uint8_t> bytes, const std::string& name) {
  MemoryFile memory{{bytes.begin(), bytes.end()}};
  SF_VIRTUAL_IO calls = MemoryFile::calls();
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, decltype(&sf_close)> file(sf_open_virtual(&calls, SFM_READ, &info, &memory),
                                                           sf_close);
  if (!file || info.channels <= 0 || info.samplerate <= 0 || info.frames <= 0)
    failInput("{} is damaged: it is no sound", name);
  if (double(info.frames) > kMostDecodedSeconds * info.samplerate)
    failInput("{} is damaged: it says that it is {:.0f} s long, more than {:.0f} s", name,
              double(info.frames) / info.samplerate, kMostDecodedSeconds);
  AudioBuffer sound(info.channels, std::size_t(info.frames), info.samplerate);
  const auto channels = std::size_t(info.channels);
  std::vector<float> samples(sound.frames() * channels);
  if (sf_readf_float(file.get(), samples.data(), info.frames) != info.frames)
    failInput("{} is damaged: it is cut short", name);
  for (std::size_t i = 0; i < samples.size(); ++i)
    sound.channel(int(i % channels))[i / channels] = samples[i];
  return sound;
}

}  // namespace patchpilot
