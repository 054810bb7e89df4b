#include "audio/resample.h"

#include <soxr.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace patchpilot {

std::size_t resampledFrames(std::size_t frames, double fromHz, double toHz) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::llround(double(frames) * (toHz / fromHz))));
}

std::vector<float> resample(std::span<const float> samples, double fromHz, double toHz) {
  if (fromHz == toHz) return {samples.begin(), samples.end()};
  std::vector<float> out(resampledFrames(samples.size(), fromHz, toHz));
  std::size_t used = 0, made = 0;
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  const soxr_error_t error = soxr_oneshot(fromHz, toHz, 1, samples.data(), samples.size(), &used, out.data(),
                                          out.size(), &made, nullptr, &quality, nullptr);
  if (error) throw Error(ExitCode::internal, fmt::format("resampling from {} Hz failed: {}", fromHz, error));
  return out;
}

}  // namespace patchpilot
