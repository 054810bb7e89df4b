#include "eval/midi_file.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

void append(Bytes& bytes, std::initializer_list<int> values) {
  for (const int value : values) bytes.push_back(std::uint8_t(value));
}

void appendBigEndian(Bytes& bytes, std::uint32_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) bytes.push_back(std::uint8_t(value >> shift));
}

/// The time since the event before, seven bits a byte, all but the last with the high bit set.
void appendDelta(Bytes& bytes, std::uint32_t ticks) {
  for (int shift = 21; shift > 0; shift -= 7)
    if (ticks >> shift != 0) bytes.push_back(std::uint8_t(0x80 | (ticks >> shift & 0x7F)));
  bytes.push_back(std::uint8_t(ticks & 0x7F));
}

std::uint32_t ticks(double seconds) { return std::uint32_t(std::lround(std::max(0.0, seconds) * 1000)); }

}  // namespace

Bytes oneNoteMidi(int program, const Note& note, double seconds) {
  Bytes track;
  append(track, {0x00, 0xFF, 0x51, 0x03});  // tempo, in microseconds a quarter
  appendBigEndian(track, 1'000'000, 3);
  append(track, {0x00, 0xC0, program});
  append(track, {0x00, 0x90, note.midi, note.velocity});
  appendDelta(track, ticks(note.lengthSeconds));
  append(track, {0x80, note.midi, 0});
  appendDelta(track, ticks(seconds - note.lengthSeconds));
  append(track, {0xFF, 0x2F, 0x00});  // end of track

  Bytes file{'M', 'T', 'h', 'd'};
  appendBigEndian(file, 6, 4);
  appendBigEndian(file, 0, 2);     // format 0
  appendBigEndian(file, 1, 2);     // one track
  appendBigEndian(file, 1000, 2);  // ticks a quarter
  for (const char c : {'M', 'T', 'r', 'k'}) file.push_back(std::uint8_t(c));
  appendBigEndian(file, std::uint32_t(track.size()), 4);
  file.insert(file.end(), track.begin(), track.end());
  return file;
}

}  // namespace patchpilot
