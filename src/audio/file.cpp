#include "audio/file.h"

#include <sndfile.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>

#include "audio/decode_sound.h"
#include "audio/foreign_sound.h"
#include "audio/level.h"
#include "audio/memory_file.h"
#include "audio/open_sound.h"
#include "audio/resample.h"
#include "base/error.h"
#include "base/files.h"

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

constexpr double kSilentBelowDb = -80;
/// 100 dB above full scale: what is louder is no sound, but bytes of something else, and its power may
/// overflow.
constexpr float kLargestSample = 1e5f;
constexpr double kImpossibleSeconds = 1e9;
constexpr std::size_t kMostStoredFrames = 4096;
/// Just below full scale, so that nothing is rounded beyond it.
constexpr double kFlacPeak = 0.999;
/// From 0, quick, to 1, small.
constexpr double kFlacCompression = 0.4;
/// From 0, the best sound, to 1, the smallest file.
constexpr double kMp3Compression = 0.4;

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

OpenSound openSound(const fs::path& path, const SoundHeader& header) {
  if (header.rateMissing)
    failInput(
        "{}: its header says no possible sampling rate, and so nothing tells its pitch; export it again",
        path.string());
  OpenSound file(path, header);
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
  if (file.info().frames <= 0 || file.info().samplerate <= 0) {
    failInput("{}: the file holds no audio (0 frames); export it again", path.string());
  }
  return file;
}

/// How many frames a file has: as it says, or, if it does not know or says more than is to be read, as many
/// as can be decoded, counted up to one more than are to be read.
sf_count_t trueFrames(const fs::path& path, const SoundHeader& header, const SF_INFO& info,
                      const ReadOptions& options) {
  const double start = std::max(0.0, options.startSeconds.value_or(0));
  const double seconds = std::min(options.durationSeconds.value_or(options.maxSeconds), options.maxSeconds);
  const double most = (start + seconds) * info.samplerate + 1;
  if (!(most < double(info.frames))) return info.frames;
  // No such file exists: libsndfile says so if it does not know.
  const bool unknown = double(info.frames) / info.samplerate > kImpossibleSeconds;
  const auto limit = sf_count_t(std::ceil(most));
  if (!unknown) {
    OpenSound probe = openSound(path, header);
    if (sf_seek(probe.get(), limit, SEEK_SET) == limit && probe.skip(1) == 1) return info.frames;
  }
  return openSound(path, header).skip(limit);
}

struct FrameRange {
  sf_count_t first, count;
};

/// @param frames  of the whole file
FrameRange requestedRange(const fs::path& path, sf_count_t frames, double rate, const ReadOptions& options) {
  const double fileSeconds = double(frames) / rate;
  const double start = options.startSeconds.value_or(0);
  if (start >= fileSeconds) {
    failInput("{}: start {} s lies beyond the end of the sound ({:.3f} s); use a smaller --start",
              path.string(), start, fileSeconds);
  }
  const double seconds = std::min(options.durationSeconds.value_or(fileSeconds), fileSeconds - start);
  if (seconds > options.maxSeconds) {
    failInput("{}: {:.1f} s is too long, the limit is {:g} s; use --start and --duration to pick a part",
              path.string(), seconds, options.maxSeconds);
  }
  const auto first = std::min(frames - 1, static_cast<sf_count_t>(std::llround(start * rate)));
  const auto count = std::max<sf_count_t>(1, std::llround(seconds * rate));
  return {first, std::min(count, frames - first)};
}

void checkOptions(const ReadOptions& options) {
  if (options.startSeconds && !(*options.startSeconds >= 0))
    failUsage("--start {}: must be 0 or more seconds", *options.startSeconds);
  if (options.durationSeconds && !(*options.durationSeconds > 0))
    failUsage("--duration {}: must be more than 0 seconds", *options.durationSeconds);
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

AudioBuffer decode(const fs::path& path, OpenSound& file, const FrameRange& range) {
  const SF_INFO& info = file.info();
  if (!file.goTo(range.first)) {
    failInput("{}: this file cannot be read from the middle; convert it to WAV or FLAC", path.string());
  }
  AudioBuffer sound(kChannels, static_cast<std::size_t>(range.count), info.samplerate);
  Block block(info.channels);
  sf_count_t done = 0;
  while (done < range.count) {
    const sf_count_t got =
        sf_readf_float(file.get(), block.samples.data(), std::min(block.frames, range.count - done));
    if (got <= 0) break;
    mixBlock(block.samples.data(), got, info.channels, sound, static_cast<std::size_t>(done));
    done += got;
  }
  if (done == 0)
    failInput("{}: the file holds no audio (0 frames could be decoded); export it again", path.string());
  // A file that was cut off says more in its header than it holds.
  return done == range.count ? sound : sound.slice(0, static_cast<std::size_t>(done));
}

/// @param firstFrame  of the sound, in its file
void checkSamples(const fs::path& path, const AudioBuffer& sound, std::size_t firstFrame, int fileChannels) {
  const auto isSample = [](float sample) { return std::abs(sample) <= kLargestSample; };
  if (std::all_of(sound.samples().begin(), sound.samples().end(), isSample)) return;
  std::size_t bad = 0, first = 0;
  int channel = 0;
  for (std::size_t i = 0; i < sound.frames(); ++i) {
    const bool left = !isSample(sound.channel(0)[i]), right = !isSample(sound.channel(1)[i]);
    if (!left && !right) continue;
    if (bad++ > 0) continue;
    first = i;
    channel = left ? 0 : 1;
  }
  const double seconds = double(firstFrame + first) / sound.sampleRateHz();
  const float value = sound.channel(channel)[first];
  const std::string side = fileChannels != 2 ? "" : channel == 0 ? ", left" : ", right";
  failInput(
      "{}: sample {} (at {:.4f} s{}) is {}{}; export it again, or match a part with --start and --duration",
      path.string(), firstFrame + first, seconds, side,
      std::isnan(value)   ? "NaN"
      : std::isinf(value) ? "infinite"
                          : fmt::format("{:.2g}, far beyond full scale", value),
      bad == 1 ? "" : fmt::format(", and {} more are NaN, infinite or beyond it", bad - 1));
}

void checkAudible(const fs::path& path, const AudioBuffer& sound) {
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

std::vector<float> interleaved(const AudioBuffer& sound) {
  const auto channels = std::size_t(sound.channels());
  std::vector<float> result(sound.samples().size());
  for (std::size_t c = 0; c < channels; ++c) {
    const auto samples = sound.channel(int(c));
    for (std::size_t i = 0; i < samples.size(); ++i) result[i * channels + c] = samples[i];
  }
  return result;
}

/// Encodes in memory.
Bytes encoded(const AudioBuffer& sound, int format, const char* formatName,
              const std::function<void(SNDFILE*)>& configure) {
  SF_INFO info{};
  info.samplerate = int(std::lround(sound.sampleRateHz()));
  info.channels = sound.channels();
  info.format = format;
  SF_VIRTUAL_IO io = MemoryFile::calls();
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

void setRootKey(SNDFILE* file, int note) {
  SF_INSTRUMENT instrument{};
  instrument.gain = 1;
  instrument.basenote = char(note);
  instrument.velocity_hi = instrument.key_hi = 127;
  sf_command(file, SFC_SET_INSTRUMENT, &instrument, sizeof instrument);
}

void setCycle(SNDFILE* file, std::size_t frames) {
  std::string text = fmt::format("<!>{} ", frames);
  text.resize((text.size() + 3) / 4 * 4, ' ');
  SF_CHUNK_INFO chunk{};
  std::memcpy(chunk.id, "clm ", 4);
  chunk.id_size = 4;
  chunk.datalen = unsigned(text.size());
  chunk.data = text.data();
  sf_set_chunk(file, &chunk);
}

Bytes wavBytesWith(const AudioBuffer& sound, const std::function<void(SNDFILE*)>& configure) {
  return encoded(sound, SF_FORMAT_WAV | SF_FORMAT_FLOAT, "WAV", [&](SNDFILE* file) {
    // The PEAK chunk holds the time of writing, which would make equal sounds differ.
    sf_command(file, SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);
    configure(file);
  });
}

}  // namespace

SoundFile readSound(const fs::path& path, const ReadOptions& options) {
  checkOptions(options);
  checkReadable(path);
  const SoundHeader header = readSoundHeader(path);
  OpenSound file = openSound(path, header);
  const double rate = file.info().samplerate;
  const sf_count_t frames = trueFrames(path, header, file.info(), options);
  if (frames == 0)
    failInput("{}: the file holds no audio (0 frames could be decoded); export it again", path.string());
  const FrameRange range = requestedRange(path, frames, rate, options);
  SoundFile result;
  result.sound = decode(path, file, range);
  result.fileChannels = file.info().channels;
  result.fileRateHz = rate;
  result.fileSeconds = double(frames) / rate;
  result.rootKeys = header.rootKeys;
  result.cycleFrames = header.cycleFrames;
  if (!header.correction.empty()) result.notes.push_back(header.correction);
  checkSamples(path, result.sound, std::size_t(range.first), result.fileChannels);
  checkAudible(path, result.sound);
  if (result.cycleFrames > 0 || result.sound.frames() <= kMostStoredFrames) result.stored = result.sound;
  if (result.fileRateHz != kSampleRateHz) {
    result.sound = resampled(result.sound);
    // All of it may have lain above what 44.1 kHz can hold.
    checkAudible(path, result.sound);
  }
  return result;
}

Bytes wavBytes(const AudioBuffer& sound) {
  return wavBytesWith(sound, [](SNDFILE*) {});
}

void writeWav(const fs::path& path, const AudioBuffer& sound) { writeFileAtomically(path, wavBytes(sound)); }

void writeWav(const fs::path& path, const SoundFile& sound) {
  const bool stored = sound.stored.frames() > 0;
  writeFileAtomically(path, wavBytesWith(stored ? sound.stored : sound.sound, [&](SNDFILE* file) {
                        if (!sound.rootKeys.empty()) setRootKey(file, sound.rootKeys.front().note);
                        if (sound.cycleFrames > 0) setCycle(file, sound.cycleFrames);
                      }));
}

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
  AudioBuffer sound = decodeSound(flac.bytes, name);
  if (sound.channels() != kChannels || !(flac.scale > 0))
    failInput("{} is damaged: {} channels at a scale of {}", name, sound.channels(), flac.scale);
  for (float& sample : sound.samples()) sample = float(sample / flac.scale);
  return sound;
}

}  // namespace patchpilot
