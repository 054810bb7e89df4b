#include "synth/played_worker.h"

#include "audio/frames.h"

#include <algorithm>

namespace patchpilot {

namespace {

constexpr double kSeconds = 0.5;
/// A worker rounds a render up to whole blocks.
constexpr std::size_t kMargin = 512;

std::size_t slotFrames() { return framesOf(kSeconds) + kMargin; }

}  // namespace

PlayedWorker::PlayedWorker(WorkerSession& session, LoadRequest load, WorkerLimits limits,
                           std::vector<AppliedPatch> patches)
    : session_(session),
      load_(std::move(load)),
      limits_(std::move(limits)),
      patches_(std::move(patches)),
      memory_(RenderSlots::bytes(1, slotFrames())),
      slots_(memory_.data(), slotFrames()) {
  load_.memory = memory_.name();
  load_.slotFrames = slotFrames();
}

PlayedPlugin PlayedWorker::plugin() {
  return {[this] { session_.ask<LoadAnswer>(load_, limits_.load, limits_.stop); },
          [this](std::size_t patch) { return play(patch); }, patches_.size()};
}

AudioBuffer PlayedWorker::play(std::size_t patch) {
  const auto step = int(patch % 3);
  const std::size_t frames = framesOf(kSeconds);
  RenderRequest request;
  request.patch = patches_[patch];
  request.frames = frames;
  request.note = 57 + 7 * step;
  request.velocity = 100 - 20 * step;
  request.lengthSeconds = kSeconds / 2;
  session_.ask<RenderAnswer>(request, limits_.answer, limits_.stop);
  AudioBuffer sound(2, frames);
  std::copy_n(slots_.left(0), frames, sound.channel(0).begin());
  std::copy_n(slots_.right(0), frames, sound.channel(1).begin());
  return sound;
}

}  // namespace patchpilot
