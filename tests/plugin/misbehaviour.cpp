#include "misbehaviour.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

// The worker has moved its channel, a pair of pipes, to descriptors from 10 on.
void garble() {
  const char message[] = {7, 0, 0, 0, 'g', 'a', 'r', 'b', 'a', 'g', 'e'};
  for (int descriptor = 10; descriptor < 64; ++descriptor) {
    struct stat about;
    if (::fstat(descriptor, &about) != 0 || !S_ISFIFO(about.st_mode)) continue;
    if ((::fcntl(descriptor, F_GETFL) & O_ACCMODE) == O_RDONLY) continue;
    if (::write(descriptor, message, sizeof message) != ssize_t(sizeof message)) std::abort();
  }
}

Misbehaviour Misbehaviour::fromEnvironment() {
  const char* variable = std::getenv("PATCHPILOT_TEST_PLUGIN");
  const std::string_view value = variable ? variable : "";
  constexpr std::string_view once = "crash-once:", garbleOnce = "garble-once:";
  Misbehaviour result;
  if (value == "crash-on-load") result.kind_ = Kind::crashOnLoad;
  if (value == "hang-on-load") result.kind_ = Kind::hangOnLoad;
  if (value == "chatter-on-load") result.kind_ = Kind::chatterOnLoad;
  if (value == "crash-on-every-render") result.kind_ = Kind::crashOnRender;
  if (value == "hang-on-every-render") result.kind_ = Kind::hangOnRender;
  if (value == "garble-on-every-render") result.kind_ = Kind::garbleOnRender;
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
  if (value.starts_with(garbleOnce)) {
    result.kind_ = Kind::garbleOnce;
    result.marker_ = value.substr(garbleOnce.size());
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
  if (kind_ == Kind::garbleOnRender) garble();
  if ((kind_ == Kind::crashOnce || kind_ == Kind::garbleOnce) && !std::filesystem::exists(marker_)) {
    std::ofstream(marker_) << "here\n";
    if (kind_ == Kind::garbleOnce) garble();
    else crash();
  }
}

}  // namespace testsynth
