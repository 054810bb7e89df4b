#include "eval/midi_file.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(MidiFile, IsOneNoteOfItsProgram) {
  const Bytes expected{
      'M',  'T',  'h',  'd',  0, 0, 0,  6, 0,    0,    0, 1,    0x03, 0xE8, 'M',
      'T',  'r',  'k',  0,    0, 0, 28, 0, 0xFF, 0x51, 3, 0x0F, 0x42, 0x40,  // one second a quarter
      0,    0xC0, 71,                                                        // program
      0,    0x90, 62,   100,                                                 // note on
      0x8B, 0x5C, 0x80, 62,   0,                                             // 1500 ms later: off
      0x93, 0x44, 0xFF, 0x2F, 0};                                            // 2500 ms later: the end
  Bytes made = oneNoteMidi(71, {62, 100, 1.5}, 4);
  Bytes wanted = expected;
  wanted[21] = std::uint8_t(wanted.size() - 22);  // what the header says of the track is what follows it
  EXPECT_EQ(made, wanted);
}

}  // namespace
}  // namespace patchpilot
