#include "misbehaviour.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <thread>

namespace testsynth {

void crash() { std::abort(); }

// Sleeps rather than spins: nobody waits for it any less, and other tests keep the processor.
void hang() {
  for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
}

void chatter(const char* line) {
  std::puts(line);
  std::fflush(stdout);
}

Misbehaviour Misbehaviour::fromEnvironment() {
  const char* variable = std::getenv("PATCHPILOT_TEST_PLUGIN");
  const std::string_view value = variable ? variable : "";
  constexpr std::string_view once = "crash-once:";
  Misbehaviour result;
  if (value == "crash-on-load") result.kind_ = Kind::crashOnLoad;
  if (value == "hang-on-load") result.kind_ = Kind::hangOnLoad;
  if (value == "chatter-on-load") result.kind_ = Kind::chatterOnLoad;
  if (value == "crash-on-every-render") result.kind_ = Kind::crashOnRender;
  if (value == "hang-on-every-render") result.kind_ = Kind::hangOnRender;
  if (value == "swallow-note-after-state") result.kind_ = Kind::swallowNoteAfterState;
  if (value == "drone") result.kind_ = Kind::drone;
  if (value == "follow-tempo") result.kind_ = Kind::followTempo;
  if (value == "glide") result.kind_ = Kind::glide;
  if (value == "late") result.kind_ = Kind::late;
  if (value == "keep-memo") result.kind_ = Kind::keepMemo;
  if (value == "wear") result.kind_ = Kind::wear;
  if (value.starts_with(once)) {
    result.kind_ = Kind::crashOnce;
    result.marker_ = value.substr(once.size());
  }
  return result;
}

void Misbehaviour::whenLoaded() const {
  if (kind_ == Kind::crashOnLoad) crash();
  if (kind_ == Kind::hangOnLoad) hang();
  if (kind_ == Kind::chatterOnLoad) chatter("Patch Pilot Test Synth says hello");
}

void Misbehaviour::whenNoteStarts() const {
  if (kind_ == Kind::crashOnRender) crash();
  if (kind_ == Kind::hangOnRender) hang();
  if (kind_ == Kind::crashOnce && !std::filesystem::exists(marker_)) {
    std::ofstream(marker_) << "crashed\n";
    crash();
  }
}

}  // namespace testsynth
