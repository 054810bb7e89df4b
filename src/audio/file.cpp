#include "audio/file.h"

#include <sndfile.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>

#include "audio/foreign_sound.h"
#include "audio/level.h"
#include "audio/resample.h"
#include "base/error.h"
#include "base/files.h"

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

constexpr double kSilentBelowDb = -80;
constexpr sf_count_t kBlockFrames = 1 << 16;
/// Just below full scale, so that nothing is rounded beyond it.
constexpr double kFlacPeak = 0.999;
/// From 0, quick, to 1, small.
constexpr double kFlacCompression = 0.4;
/// From 0, the best sound, to 1, the smallest file.
constexpr double kMp3Compression = 0.4;

using SndFile = std::unique_ptr<SNDFILE, decltype(&sf_close)>;

/// Says what keeps a file from being opened at all, before libsndfile says it less clearly.
void checkReadable(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) failInput("{}: no such file; check the name", path.string());
  if (status.type() == fs::file_type::directory) {
    failInput("{}: this is a directory; name a sound file in it", path.string());
  }
  if (status.type() != fs::file_type::none && status.type() != fs::file_type::regular) {
    failInput("{}: this is a device or a pipe; give a regular sound file", path.string());
  }
  if (!std::ifstream(path, std::ios::binary)) {
    failInput("{}: cannot be opened ({}); check its permissions", path.string(), std::strerror(errno));
  }
}

std::vector<std::uint8_t> firstBytes(const fs::path& path) {
  std::vector<std::uint8_t> head(16);
  std::ifstream stream(path, std::ios::binary);
  stream.read(reinterpret_cast<char*>(head.data()), std::streamsize(head.size()));
  head.resize(std::size_t(std::max<std::streamsize>(stream.gcount(), 0)));
  return head;
}

SndFile openSound(const fs::path& path, SF_INFO& info) {
  checkReadable(path);
  SndFile file(sf_open(path.c_str(), SFM_READ, &info), &sf_close);
  if (!file) {
    std::string reason = sf_strerror(nullptr);
    while (!reason.empty() &&
           (reason.back() == '.' || std::isspace(static_cast<unsigned char>(reason.back())))) {
      reason.pop_back();
    }
    if (const auto foreign = foreignSound(path, firstBytes(path)))
      failInput("{}: not a sound file that can be read: it is {}", path.string(), *foreign);
    failInput("{}: not a sound file that can be read ({}); convert it to WAV or FLAC", path.string(), reason);
  }
  if (info.frames <= 0 || info.samplerate <= 0) {
    failInput("{}: the file holds no audio (0 frames); export it again", path.string());
  }
  return file;
}

struct FrameRange {
  sf_count_t first, count;
};

FrameRange requestedRange(const fs::path& path, const SF_INFO& info, const ReadOptions& options) {
  const double rate = info.samplerate;
  const double fileSeconds = double(info.frames) / rate;
  const double start = options.startSeconds.value_or(0);
  if (!(start >= 0)) failUsage("--start {}: must be 0 or more seconds", start);
  if (options.durationSeconds && !(*options.durationSeconds > 0)) {
    failUsage("--duration {}: must be more than 0 seconds", *options.durationSeconds);
  }
  if (start >= fileSeconds) {
    failInput("{}: start {} s lies beyond the end of the sound ({:.3f} s); use a smaller --start",
              path.string(), start, fileSeconds);
  }
  const double seconds = std::min(options.durationSeconds.value_or(fileSeconds), fileSeconds - start);
  if (seconds > options.maxSeconds) {
    failInput("{}: {:.1f} s is too long, the limit is {:g} s; use --start and --duration to pick a part",
              path.string(), seconds, options.maxSeconds);
  }
  const auto first = std::min(info.frames - 1, static_cast<sf_count_t>(std::llround(start * rate)));
  const auto count = std::max<sf_count_t>(1, std::llround(seconds * rate));
  return {first, std::min(count, info.frames - first)};
}

/// Adds one block of interleaved frames to the two channels of `out`, from `firstFrame` on.
void mixBlock(const float* block, sf_count_t frames, int channels, AudioBuffer& out, std::size_t firstFrame) {
  float* left = out.channel(0).data() + firstFrame;
  float* right = out.channel(1).data() + firstFrame;
  for (sf_count_t i = 0; i < frames; ++i, block += channels) {
    if (channels <= 2) {
      left[i] = block[0];
      right[i] = block[channels - 1];
      continue;
    }
    double sum = 0;
    for (int c = 0; c < channels; ++c) sum += block[c];
    left[i] = right[i] = static_cast<float>(sum / channels);
  }
}

AudioBuffer decode(const fs::path& path, SNDFILE* file, const SF_INFO& info, const FrameRange& range) {
  if (range.first > 0 && sf_seek(file, range.first, SEEK_SET) != range.first) {
    failInput("{}: this file cannot be read from the middle; convert it to WAV or FLAC", path.string());
  }
  AudioBuffer sound(kChannels, static_cast<std::size_t>(range.count), info.samplerate);
  std::vector<float> block(static_cast<std::size_t>(kBlockFrames) * static_cast<std::size_t>(info.channels));
  sf_count_t done = 0;
  while (done < range.count) {
    const sf_count_t got = sf_readf_float(file, block.data(), std::min(kBlockFrames, range.count - done));
    if (got <= 0) break;
    mixBlock(block.data(), got, info.channels, sound, static_cast<std::size_t>(done));
    done += got;
  }
  if (done == 0)
    failInput("{}: the file holds no audio (0 frames could be decoded); export it again", path.string());
  // A file that was cut off says more in its header than it holds.
  return done == range.count ? sound : sound.slice(0, static_cast<std::size_t>(done));
}

void checkContent(const fs::path& path, const AudioBuffer& sound) {
  if (containsNonFinite(sound)) {
    failInput("{}: the sound holds samples that are NaN or infinite; export it again", path.string());
  }
  const double peakDb = amplitudeToDb(peak(sound));
  if (peakDb < kSilentBelowDb) {
    failInput("{}: the sound is silent (peak {:.0f} dB, at least {:g} is needed); pick another part or file",
              path.string(), peakDb, kSilentBelowDb);
  }
}

AudioBuffer resampled(const AudioBuffer& sound) {
  AudioBuffer result(sound.channels(), resampledFrames(sound.frames(), sound.sampleRateHz(), kSampleRateHz));
  for (int c = 0; c < sound.channels(); ++c) {
    const auto samples = resample(sound.channel(c), sound.sampleRateHz(), kSampleRateHz);
    std::copy(samples.begin(), samples.end(), result.channel(c).begin());
  }
  return result;
}

/// A file in memory that libsndfile writes to.
struct MemoryFile {
  Bytes bytes;
  std::size_t position = 0;
};

sf_count_t memoryLength(void* user) { return sf_count_t(static_cast<MemoryFile*>(user)->bytes.size()); }

sf_count_t memorySeek(sf_count_t offset, int whence, void* user) {
  auto& file = *static_cast<MemoryFile*>(user);
  const auto base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.position : file.bytes.size();
  file.position = std::size_t(sf_count_t(base) + offset);
  return sf_count_t(file.position);
}

sf_count_t memoryRead(void* to, sf_count_t count, void* user) {
  auto& file = *static_cast<MemoryFile*>(user);
  const auto available = file.bytes.size() - std::min(file.position, file.bytes.size());
  const auto length = std::min(std::size_t(count), available);
  std::memcpy(to, file.bytes.data() + file.position, length);
  file.position += length;
  return sf_count_t(length);
}

sf_count_t memoryWrite(const void* from, sf_count_t count, void* user) {
  auto& file = *static_cast<MemoryFile*>(user);
  file.bytes.resize(std::max(file.bytes.size(), file.position + std::size_t(count)));
  std::memcpy(file.bytes.data() + file.position, from, std::size_t(count));
  file.position += std::size_t(count);
  return count;
}

sf_count_t memoryTell(void* user) { return sf_count_t(static_cast<MemoryFile*>(user)->position); }

std::vector<float> interleaved(const AudioBuffer& sound) {
  const auto channels = std::size_t(sound.channels());
  std::vector<float> result(sound.samples().size());
  for (std::size_t c = 0; c < channels; ++c) {
    const auto samples = sound.channel(int(c));
    for (std::size_t i = 0; i < samples.size(); ++i) result[i * channels + c] = samples[i];
  }
  return result;
}

SF_VIRTUAL_IO memoryIo() { return {memoryLength, memorySeek, memoryRead, memoryWrite, memoryTell}; }

/// Encodes in memory.
Bytes encoded(const AudioBuffer& sound, int format, const char* formatName,
              const std::function<void(SNDFILE*)>& configure) {
  SF_INFO info{};
  info.samplerate = int(std::lround(sound.sampleRateHz()));
  info.channels = sound.channels();
  info.format = format;
  SF_VIRTUAL_IO io = memoryIo();
  MemoryFile memory;
  SndFile file(sf_open_virtual(&io, SFM_WRITE, &info, &memory), &sf_close);
  if (!file) {
    throw Error(ExitCode::internal,
                fmt::format("{} of {} channels at {} Hz cannot be written: {}", formatName, info.channels,
                            info.samplerate, sf_strerror(nullptr)));
  }
  configure(file.get());
  const std::vector<float> samples = interleaved(sound);
  sf_writef_float(file.get(), samples.data(), sf_count_t(sound.frames()));
  file.reset();
  return std::move(memory.bytes);
}

}  // namespace

SoundFile readSound(const fs::path& path, const ReadOptions& options) {
  SF_INFO info{};
  const SndFile file = openSound(path, info);
  const FrameRange range = requestedRange(path, info, options);
  SoundFile result{decode(path, file.get(), info, range), info.channels, double(info.samplerate),
                   double(info.frames) / info.samplerate};
  checkContent(path, result.sound);
  if (result.fileRateHz != kSampleRateHz) result.sound = resampled(result.sound);
  return result;
}

Bytes wavBytes(const AudioBuffer& sound) {
  return encoded(sound, SF_FORMAT_WAV | SF_FORMAT_FLOAT, "WAV", [](SNDFILE* file) {
    // The PEAK chunk holds the time of writing, which would make equal sounds differ.
    sf_command(file, SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);
  });
}

void writeWav(const fs::path& path, const AudioBuffer& sound) { writeFileAtomically(path, wavBytes(sound)); }

Bytes mp3Bytes(const AudioBuffer& sound) {
  return encoded(sound, SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, "MP3", [](SNDFILE* file) {
    double compression = kMp3Compression;
    sf_command(file, SFC_SET_COMPRESSION_LEVEL, &compression, sizeof compression);
    sf_command(file, SFC_SET_CLIPPING, nullptr, SF_TRUE);
  });
}

void writeMp3(const fs::path& path, const AudioBuffer& sound) { writeFileAtomically(path, mp3Bytes(sound)); }

Flac encodeFlac(std::span<const float> left, std::span<const float> right) {
  AudioBuffer sound(kChannels, left.size());
  std::copy(left.begin(), left.end(), sound.channel(0).begin());
  std::copy(right.begin(), right.end(), sound.channel(1).begin());
  Flac flac;
  if (const double loudest = peak(sound); loudest > 0) flac.scale = kFlacPeak / loudest;
  for (float& sample : sound.samples()) sample = float(sample * flac.scale);
  flac.bytes = encoded(sound, SF_FORMAT_FLAC | SF_FORMAT_PCM_24, "FLAC", [](SNDFILE* file) {
    double compression = kFlacCompression;
    sf_command(file, SFC_SET_COMPRESSION_LEVEL, &compression, sizeof compression);
  });
  return flac;
}

AudioBuffer decodeFlac(const Flac& flac, const std::string& name) {
  SF_INFO info{};
  SF_VIRTUAL_IO io = memoryIo();
  MemoryFile memory{flac.bytes, 0};
  const SndFile file(sf_open_virtual(&io, SFM_READ, &info, &memory), &sf_close);
  if (!file || info.channels != kChannels || info.frames <= 0 || !(flac.scale > 0))
    failInput("{} is damaged: it is no FLAC", name);
  std::vector<float> samples(std::size_t(info.frames) * kChannels);
  if (sf_readf_float(file.get(), samples.data(), info.frames) != info.frames)
    failInput("{} is damaged: its FLAC is cut short", name);
  AudioBuffer sound(kChannels, std::size_t(info.frames));
  for (std::size_t i = 0; i < samples.size(); ++i)
    sound.channel(int(i % kChannels))[i / kChannels] = float(samples[i] / flac.scale);
  return sound;
}

}  // namespace patchpilot
