// How the test synth is told to fail while it is being scanned, before any parameter can be
// set: by the environment variable PATCHPILOT_TEST_PLUGIN of the process that loads it.
//
//   crash-on-load, hang-on-load, chatter-on-load    when an instance is made
//   crash-on-every-render, hang-on-every-render     at a note-on
//   crash-once:FILE                                 at a note-on if FILE is not there; makes FILE first
//   garble-on-every-render, garble-once:FILE        the same, but an answer that is no message goes to the
//   program swallow-note-after-state                        the block after a state was set hears no notes,
//   as in Surge XT drone                                           a tone without a note, in every block; a
//   line on stdout with each follow-tempo                                    silent in the second half of
//   each beat of the host glide                                           a note sounds halfway from the note
//   before, whatever was reset wear                                            each note of an instance is a
//   quarter tone higher
//
// Any other value, or none, is good behaviour.
#pragma once

#include <filesystem>

namespace testsynth {

[[noreturn]] void crash();
[[noreturn]] void hang();
void chatter(const char* line);  // a line on stdout, at once
void garble();                   // a message that cannot be decoded, into the channel to the program

class Misbehaviour {
 public:
  static Misbehaviour fromEnvironment();

  void whenLoaded() const;
  void whenNoteStarts() const;
  bool swallowsNoteAfterState() const { return kind_ == Kind::swallowNoteAfterState; }
  bool drones() const { return kind_ == Kind::drone; }
  // A state with a plain memo leaves that of the state before.
  bool keepsMemo() const { return kind_ == Kind::keepMemo; }
  // For some time after each new state, samples are no numbers.
  bool isLate() const { return kind_ == Kind::late; }
  bool followsTempo() const { return kind_ == Kind::followTempo; }

  // How many semitones a note is off. `before` is the note before in this instance, -1 if there was none;
  // `notes` counts them.
  double detune(int note, int before, int notes) const {
    if (kind_ == Kind::glide && before >= 0) return (before - note) / 2.0;
    return kind_ == Kind::wear ? notes / 2.0 : 0;
  }

 private:
  enum class Kind {
    none,
    crashOnLoad,
    hangOnLoad,
    chatterOnLoad,
    crashOnRender,
    hangOnRender,
    crashOnce,
    garbleOnRender,
    garbleOnce,
    swallowNoteAfterState,
    drone,
    followTempo,
    glide,
    wear,
    keepMemo,
    late
  };

  Kind kind_ = Kind::none;
  std::filesystem::path marker_;  // of crash-once and garble-once
};

}  // namespace testsynth
