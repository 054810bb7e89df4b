#include "audio/sound_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <optional>
#include <span>
#include <string_view>

namespace patchpilot {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t kMostChunks = 10000;
/// What lies behind a sound is taken for a part of it only if it lasts longer: programs append tags.
constexpr double kLeastLostSeconds = 0.05;

/// Chunks that lie in WAV and AIFF files.
bool isKnown(std::string_view id) {
  constexpr std::array<std::string_view, 26> kIds{
      "data", "fmt ", "LIST", "id3 ", "ID3 ", "smpl", "inst", "acid", "cue ", "bext", "iXML", "fact", "PEAK",
      "JUNK", "junk", "_PMX", "afsp", "clm ", "INST", "MARK", "COMT", "NAME", "ANNO", "AUTH", "APPL", "(c) "};
  return std::find(kIds.begin(), kIds.end(), id) != kIds.end();
}

/// Random access to the bytes of a file from `begin` on. Beyond its end there are zeros.
class FileBytes {
 public:
  FileBytes(const std::filesystem::path& path, std::uint64_t begin)
      : stream_(path, std::ios::binary), begin_(begin) {
    stream_.seekg(0, std::ios::end);
    const auto end = stream_.tellg();
    if (end > std::streamoff(begin)) size_ = std::uint64_t(end) - begin;
  }

  std::uint64_t size() const { return size_; }

  Bytes at(std::uint64_t offset, std::size_t count) {
    Bytes bytes(count);
    if (offset >= size_) return bytes;
    stream_.clear();
    stream_.seekg(std::streamoff(begin_ + offset));
    stream_.read(reinterpret_cast<char*>(bytes.data()),
                 std::streamsize(std::min<std::uint64_t>(count, size_ - offset)));
    return bytes;
  }

  std::string text(std::uint64_t offset, std::size_t count) {
    const Bytes bytes = at(offset, count);
    return {bytes.begin(), bytes.end()};
  }

  std::uint64_t number(std::uint64_t offset, std::size_t count, std::endian order) {
    Bytes bytes = at(offset, count);
    if (order == std::endian::little) std::reverse(bytes.begin(), bytes.end());
    std::uint64_t value = 0;
    for (const auto byte : bytes) value = value << 8 | byte;
    return value;
  }

 private:
  std::ifstream stream_;
  std::uint64_t begin_, size_ = 0;
};

Bytes encoded(std::uint64_t value, std::size_t count, std::endian order) {
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = std::uint8_t(value >> (8 * i));
  if (order == std::endian::big) std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

struct Chunk {
  std::string id;
  std::uint64_t content = 0;  ///< where its content begins
  std::uint64_t size = 0;     ///< as it says
};

/// The shape of a sequence of chunks: the size of an id and a size, and whether odd contents are padded.
struct ChunkReader {
  FileBytes& file;
  std::endian order;

  std::optional<Chunk> at(std::uint64_t offset) {
    if (offset + 8 > file.size()) return std::nullopt;
    const std::string id = file.text(offset, 4);
    const bool printable = std::all_of(id.begin(), id.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
    if (!printable || id.front() == ' ') return std::nullopt;
    return Chunk{id, offset + 8, file.number(offset + 4, 4, order)};
  }

  /// Whether one or more chunks lie from `offset` to the end of the file, a pad byte aside.
  bool reachEnd(std::uint64_t offset) {
    bool any = false;
    for (std::uint64_t n = 0; n < kMostChunks && offset + 8 <= file.size(); ++n) {
      const auto chunk = at(offset);
      if (!chunk || chunk->size > file.size() - chunk->content) return false;
      offset = chunk->content + chunk->size + chunk->size % 2;
      any = true;
    }
    return any && offset + 1 >= file.size();
  }
};

/// How a sound is stored.
struct SampleFormat {
  std::uint64_t rateHz = 0;
  std::uint64_t frameBytes = 0;
  bool plain = false;  ///< every frame has `frameBytes` bytes
};

bool isSilentOrTag(FileBytes& file, std::uint64_t offset) {
  const Bytes head = file.at(offset, 4096);
  if (std::all_of(head.begin(), head.end(), [](auto byte) { return byte == 0; })) return true;
  const std::string_view text(reinterpret_cast<const char*>(head.data()), 8);
  return text.starts_with("TAG") || text.starts_with("ID3") || text.starts_with("APETAGEX");
}

/// Where the chunks at the end of a file begin that lie behind a sound of unknown size: the last LIST, id3 or
/// the like from which chunks reach the end of the file; the end if there are none.
std::uint64_t endOfSound(ChunkReader& chunks, std::uint64_t begin) {
  constexpr std::size_t kReach = 1 << 16;
  const std::uint64_t size = chunks.file.size();
  const std::uint64_t from = std::max(begin, size > kReach ? size - kReach : 0);
  const Bytes tail = chunks.file.at(from, std::size_t(size - from));
  for (std::uint64_t offset = from + (from - begin) % 2; offset + 8 <= size; offset += 2) {
    const std::string id(tail.begin() + std::ptrdiff_t(offset - from),
                         tail.begin() + std::ptrdiff_t(offset - from + 4));
    if (id != "data" && isKnown(id) && chunks.reachEnd(offset)) return offset;
  }
  return size;
}

/// The true size of the content of a chunk that holds samples; nothing if its own is right.
std::optional<std::uint64_t> trueSize(ChunkReader& chunks, const Chunk& data, const SampleFormat& format) {
  const std::uint64_t left = chunks.file.size() - data.content;
  if (left == 0 || data.size >= left || format.frameBytes == 0) return std::nullopt;
  const std::uint64_t behind = data.content + data.size;
  if (data.size == 0) {
    if (chunks.reachEnd(behind)) return std::nullopt;
  } else {
    if (!format.plain || chunks.reachEnd(behind) || chunks.reachEnd(behind + data.size % 2) ||
        isSilentOrTag(chunks.file, behind))
      return std::nullopt;
    // Chunks follow, of which the last is cut off or said to be too long.
    if (chunks.at(behind) || chunks.at(behind + data.size % 2)) return std::nullopt;
    if (double(left - data.size) < kLeastLostSeconds * double(format.rateHz * format.frameBytes))
      return std::nullopt;
  }
  const std::uint64_t size = endOfSound(chunks, data.content) - data.content;
  const std::uint64_t whole = format.plain ? size / format.frameBytes * format.frameBytes : size;
  return whole > 0 ? std::optional(whole) : std::nullopt;
}

void addKey(SoundHeader& header, std::uint64_t note, const std::string& source) {
  if (note <= 127) header.rootKeys.push_back({int(note), source});
}

void say(SoundHeader& header, std::uint64_t said, std::uint64_t found) {
  header.correction = fmt::format(
      "its header says {} bytes of sound, as after a recording that was cut off; the {} bytes that are there "
      "are read",
      said, found);
}

/// The `fmt ` chunk of a WAV. What is impossible in it is mended by what follows from the rest.
SampleFormat readWavFormat(FileBytes& file, const Chunk& chunk, std::endian order, SoundHeader& header) {
  constexpr std::uint64_t kExtensible = 0xFFFE, kExtensibleSize = 40, kPcm = 1, kMostRate = 4'000'000;
  const std::uint64_t at = chunk.content;
  std::uint64_t tag = file.number(at, 2, order), channels = file.number(at + 2, 2, order);
  std::uint64_t bits = file.number(at + 14, 2, order);
  const std::uint64_t byteRate = file.number(at + 8, 4, order);
  SampleFormat format;
  format.rateHz = file.number(at + 4, 4, order);
  format.frameBytes = file.number(at + 12, 2, order);
  const auto mend = [&](std::uint64_t offset, std::size_t bytes, std::uint64_t& field, std::uint64_t value,
                        const char* what) {
    header.correction = fmt::format("its header says {} {}; {} is used, which follows from the rest of it",
                                    field, what, value);
    header.patches.push_back({at + offset, encoded(value, bytes, order)});
    field = value;
  };
  if (tag == 0 || (tag == kExtensible && chunk.size < kExtensibleSize)) mend(0, 2, tag, kPcm, "as format");
  format.plain = tag == kPcm || tag == 3 || tag == 6 || tag == 7 || tag == kExtensible;
  if (format.plain && format.frameBytes > 0) {
    if (channels == 0 && bits >= 8 && format.frameBytes >= bits / 8)
      mend(2, 2, channels, format.frameBytes / (bits / 8), "channels");
    if (bits == 0 && channels > 0 && format.frameBytes >= channels)
      mend(14, 2, bits, 8 * (format.frameBytes / channels), "bits");
    if ((format.rateHz == 0 || format.rateHz > kMostRate) && byteRate >= format.frameBytes)
      mend(4, 4, format.rateHz, byteRate / format.frameBytes, "Hz");
  }
  header.rateMissing = format.rateHz == 0 || format.rateHz > kMostRate;
  return format;
}

/// RIFF, RIFX and RF64.
void readRiff(FileBytes& file, SoundHeader& header, std::endian order) {
  ChunkReader chunks{file, order};
  SampleFormat format;
  std::uint64_t longSize = 0, longSizeAt = 0;
  bool soundSeen = false;
  std::array<std::optional<std::uint64_t>, 3> keys;
  std::uint64_t offset = 12;
  for (std::uint64_t n = 0; n < kMostChunks; ++n) {
    auto chunk = chunks.at(offset);
    if (!chunk) break;
    const std::uint64_t at = chunk->content;
    if (chunk->id == "ds64" && chunk->size >= 16) {
      longSizeAt = at + 8;
      longSize = file.number(longSizeAt, 8, order);
    } else if (chunk->id == "fmt " && chunk->size >= 16) {
      format = readWavFormat(file, *chunk, order, header);
    } else if (chunk->id == "data") {
      const bool isLong = longSizeAt > 0 && chunk->size == 0xFFFFFFFF;
      if (isLong) chunk->size = longSize;
      if (const auto size = trueSize(chunks, *chunk, format)) {
        say(header, chunk->size, *size);
        if (isLong) header.patches.push_back({longSizeAt, encoded(*size, 8, order)});
        else
          header.patches.push_back({at - 4, encoded(std::min<std::uint64_t>(*size, 0xFFFFFFFE), 4, order)});
        header.patches.push_back(
            {4, encoded(std::min<std::uint64_t>(file.size() - 8, 0xFFFFFFFF), 4, order)});
        chunk->size = *size;
      }
      soundSeen = true;
    } else if (chunk->id == "smpl" && chunk->size >= 16) {
      keys[0] = file.number(at + 12, 4, order);
    } else if (chunk->id == "inst" && chunk->size >= 1) {
      keys[1] = file.number(at, 1, order);
    } else if (chunk->id == "acid" && chunk->size >= 6) {
      // Bit 1: the root note is set.
      if (file.number(at, 4, order) & 2) keys[2] = file.number(at + 4, 2, order);
    } else if (chunk->id == "clm ") {
      const std::string text = file.text(at, std::size_t(std::min<std::uint64_t>(chunk->size, 16)));
      std::size_t frames = 0;
      if (text.starts_with("<!>")) std::from_chars(text.data() + 3, text.data() + text.size(), frames);
      header.cycleFrames = frames > 0 ? frames : 2048;
    } else if (chunk->id == "srge" && chunk->size >= 8) {
      header.cycleFrames = std::size_t(file.number(at + 4, 4, order));
    } else if (chunk->id == "uhWT") {
      header.cycleFrames = 2048;
    }
    if (chunk->size > file.size() - at) break;
    offset = at + chunk->size + chunk->size % 2;
    // Some programs do not pad.
    const auto padded = chunks.at(offset), unpadded = chunks.at(offset - 1);
    if (chunk->size % 2 == 1 && unpadded && isKnown(unpadded->id) && !(padded && isKnown(padded->id))) {
      --offset;
      if (header.omitted || soundSeen) continue;
      header.omitted = offset - 1;
      header.patches.push_back({at - 4, encoded(chunk->size - 1, 4, order)});
      header.correction =
          fmt::format("its chunk '{}' lacks a pad byte; what follows is read nevertheless", chunk->id);
    }
  }
  constexpr std::array kSources{"smpl chunk", "inst chunk", "acid chunk"};
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i]) addKey(header, *keys[i], kSources[i]);
}

/// Sony's (Sonic Foundry's) Wave64: identifiers of 16 bytes, sizes of 8 that count themselves.
void readW64(FileBytes& file, SoundHeader& header) {
  constexpr std::uint64_t kHead = 24;
  constexpr auto order = std::endian::little;
  SampleFormat format;
  std::uint64_t offset = 40;
  for (std::uint64_t n = 0; n < kMostChunks && offset + kHead <= file.size(); ++n) {
    const std::string id = file.text(offset, 4);
    const std::uint64_t size = file.number(offset + 16, 8, order), left = file.size() - offset - kHead;
    if (id == "fmt ") {
      format.frameBytes = file.number(offset + kHead + 12, 2, order);
      format.plain = true;
    }
    if (id == "data" && size <= kHead && left > 0 && format.frameBytes > 0) {
      const std::uint64_t whole = left / format.frameBytes * format.frameBytes;
      say(header, size > kHead ? size - kHead : 0, whole);
      header.patches.push_back({offset + 16, encoded(whole + kHead, 8, order)});
      header.patches.push_back({16, encoded(file.size(), 8, order)});
      return;
    }
    if (size < kHead || size > file.size() - offset) return;
    offset += (size + 7) / 8 * 8;
  }
}

void readAiff(FileBytes& file, SoundHeader& header) {
  constexpr auto order = std::endian::big;
  const bool compressed = file.text(8, 4) == "AIFC";
  ChunkReader chunks{file, order};
  SampleFormat format;
  std::uint64_t framesAt = 0, frames = 0, offset = 12;
  for (std::uint64_t n = 0; n < kMostChunks; ++n) {
    auto chunk = chunks.at(offset);
    if (!chunk) break;
    const std::uint64_t at = chunk->content;
    if (chunk->id == "COMM" && chunk->size >= 18) {
      framesAt = at + 2;
      frames = file.number(framesAt, 4, order);
      format.frameBytes = file.number(at, 2, order) * ((file.number(at + 6, 2, order) + 7) / 8);
      const std::string kind = compressed ? file.text(at + 18, 4) : "NONE";
      format.plain = kind == "NONE" || kind == "twos" || kind == "sowt" || kind == "fl32" || kind == "FL32" ||
                     kind == "fl64";
    } else if (chunk->id == "SSND" && format.plain && format.frameBytes > 0) {
      constexpr std::uint64_t kHead = 8;  // offset and block size
      const std::uint64_t left = file.size() > at + kHead ? file.size() - at - kHead : 0;
      const bool empty = chunk->size <= kHead && !chunks.reachEnd(at + chunk->size);
      if (left > 0 && (empty || (frames == 0 && chunk->size > kHead))) {
        const std::uint64_t end =
            empty ? endOfSound(chunks, at + kHead) : std::min(file.size(), at + chunk->size);
        const std::uint64_t whole = (end - at - kHead) / format.frameBytes;
        say(header, frames * format.frameBytes, whole * format.frameBytes);
        header.patches.push_back({framesAt, encoded(whole, 4, order)});
        header.patches.push_back({at - 4, encoded(whole * format.frameBytes + kHead, 4, order)});
        header.patches.push_back(
            {4, encoded(std::min<std::uint64_t>(file.size() - 8, 0xFFFFFFFF), 4, order)});
        chunk->size = whole * format.frameBytes + kHead;
      }
    } else if (chunk->id == "INST" && chunk->size >= 1) {
      addKey(header, file.number(at, 1, order), "INST chunk");
    }
    if (chunk->size > file.size() - at) break;
    offset = at + chunk->size + chunk->size % 2;
  }
}

void readAu(FileBytes& file, SoundHeader& header, std::endian order) {
  const std::uint64_t begin = file.number(4, 4, order), size = file.number(8, 4, order);
  if (size != 0 || begin < 24 || begin >= file.size()) return;
  say(header, size, file.size() - begin);
  header.patches.push_back({8, encoded(0xFFFFFFFF, 4, order)});
}

/// Where a WAV begins behind zeros or text, such as the header of an HTTP answer; 0 for any other file.
std::uint64_t beginOfSound(const std::filesystem::path& path) {
  constexpr std::size_t kReach = 4096;
  FileBytes file(path, 0);
  const std::string head = file.text(0, kReach);
  const bool plain = std::all_of(head.begin(), head.begin() + 16, [](char c) {
    return c == 0 || std::isspace(static_cast<unsigned char>(c));
  });
  if (!plain && !head.starts_with("HTTP/")) return 0;
  const std::string_view all = head;
  for (std::size_t at = all.find("RIFF"); at != std::string::npos; at = all.find("RIFF", at + 1))
    if (all.substr(at).size() >= 12 && all.substr(at + 8, 4) == "WAVE") return at;
  return 0;
}

}  // namespace

SoundHeader readSoundHeader(const std::filesystem::path& path) {
  SoundHeader header;
  header.begin = beginOfSound(path);
  FileBytes file(path, header.begin);
  const std::string magic = file.text(0, 4), kind = file.text(8, 4);
  if ((magic == "RIFF" || magic == "RF64") && kind == "WAVE") readRiff(file, header, std::endian::little);
  else if (magic == "RIFX" && kind == "WAVE") readRiff(file, header, std::endian::big);
  else if (magic == "riff") readW64(file, header);
  else if (magic == "FORM" && kind.starts_with("AIF")) readAiff(file, header);
  else if (magic == ".snd") readAu(file, header, std::endian::big);
  else if (magic == "dns.") readAu(file, header, std::endian::little);
  if (header.begin > 0 && header.correction.empty())
    header.correction = fmt::format("{} bytes before its header are passed over", header.begin);
  return header;
}

}  // namespace patchpilot
