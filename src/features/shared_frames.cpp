#include "features/shared_frames.h"

#include <algorithm>

#include "features/batch_fft.h"
#include "features/stft.h"

namespace patchpilot {
namespace {

struct FrameWorkspace {
  std::vector<ComplexLanes> data = std::vector<ComplexLanes>(FrameBatch::kWindow);
  std::vector<ComplexLanes> scratch = std::vector<ComplexLanes>(FrameBatch::kWindow);
};

}  // namespace

void clearSpareLanes(float* rows, std::size_t count, std::size_t lanes) {
  for (std::size_t row = 0; row < count; ++row) {
    std::fill(rows + row * kLanes + lanes, rows + (row + 1) * kLanes, 0.0f);
  }
}

void visitFrames(const PaddedSound& sound, bool alsoOdd,
                 const std::function<void(const FrameBatch&)>& visit) {
  static const BatchFft fft(FrameBatch::kWindow);
  static const std::vector<float> window = periodicHann(FrameBatch::kWindow);
  thread_local FrameWorkspace work;

  const std::size_t frames = centredFrames(sound.samples, FrameBatch::kWindow, FrameBatch::kHop);
  const std::size_t origin = PaddedSound::kOrigin - FrameBatch::kWindow / 2;
  for (std::size_t batch = 0; batch < frames; batch += 2 * kLanes) {
    for (std::size_t first = batch; first < frames && first <= batch + alsoOdd; ++first) {
      const std::size_t start = origin + first * FrameBatch::kHop;
      laneKernels().gatherFrames(sound.left() + start, sound.right() + start, 2 * FrameBatch::kHop,
                                 window.data(), FrameBatch::kWindow, work.data.data());
      ComplexLanes* spectrum = fft.transform(work.data.data(), work.scratch.data());
      ComplexLanes* scratch = spectrum == work.data.data() ? work.scratch.data() : work.data.data();
      visit({first, std::min(kLanes, (frames - first + 1) / 2), spectrum, scratch});
    }
  }
}

}  // namespace patchpilot
