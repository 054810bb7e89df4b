#include "networks/heard.h"

#include "audio/buffer.h"
#include "audio/resample.h"

namespace patchpilot {

std::vector<float> mono(std::span<const float> left, std::span<const float> right, double sampleRateHz) {
  std::vector<float> mean(left.size());
  for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = 0.5f * (left[i] + right[i]);
  return resample(mean, kSampleRateHz, sampleRateHz);
}

}  // namespace patchpilot
