// How the test synth is told to fail while it is being scanned, before any parameter can be
// set: by the environment variable PATCHPILOT_TEST_PLUGIN of the process that loads it.
//
//   crash-on-load, hang-on-load, chatter-on-load    when an instance is made
//   crash-on-every-render, hang-on-every-render     at a note-on
//   crash-once:FILE                                 at a note-on if FILE is not there; makes FILE first
//   swallow-note-after-state                        the block after a state was set hears no notes, as in
//   Surge XT drone                                           a tone without a note, in every block; a line on
//   stdout with each
//
// Any other value, or none, is good behaviour.
#pragma once

#include <filesystem>

namespace testsynth {

[[noreturn]] void crash();
[[noreturn]] void hang();
void chatter(const char* line);  // a line on stdout, at once

class Misbehaviour {
 public:
  static Misbehaviour fromEnvironment();

  void whenLoaded() const;
  void whenNoteStarts() const;
  bool swallowsNoteAfterState() const { return kind_ == Kind::swallowNoteAfterState; }
  bool drones() const { return kind_ == Kind::drone; }

 private:
  enum class Kind {
    none,
    crashOnLoad,
    hangOnLoad,
    chatterOnLoad,
    crashOnRender,
    hangOnRender,
    crashOnce,
    swallowNoteAfterState,
    drone
  };

  Kind kind_ = Kind::none;
  std::filesystem::path marker_;  // of crash-once
};

}  // namespace testsynth
