#include "synth/render_job.h"

#include "audio/level.h"

#include <algorithm>

namespace patchpilot {

AudioBuffer StereoView::copy() const {
  AudioBuffer buffer(kChannels, left.size());
  std::copy(left.begin(), left.end(), buffer.channel(0).begin());
  std::copy(right.begin(), right.end(), buffer.channel(1).begin());
  return buffer;
}

bool StereoView::isFinite() const { return !containsNonFinite(left) && !containsNonFinite(right); }

std::vector<std::optional<AudioBuffer>> collectRenders(
    const std::vector<RenderJob>& jobs,
    const std::function<void(const NextJob& next, const JobDone& done)>& render) {
  std::vector<std::optional<AudioBuffer>> sounds(jobs.size());
  std::size_t position = 0;
  render(
      [&]() -> std::optional<RenderJob> {
        if (position == jobs.size()) return std::nullopt;
        RenderJob job = jobs[position];
        job.tag = position++;
        return job;
      },
      [&](const RenderOutcome& outcome) {
        if (outcome.status == RenderOutcome::Status::ok) sounds[outcome.tag] = outcome.audio.copy();
      });
  return sounds;
}

}  // namespace patchpilot
