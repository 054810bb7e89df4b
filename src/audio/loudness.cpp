#include "audio/loudness.h"

#include <ebur128.h>

#include <limits>
#include <memory>
#include <new>
#include <vector>

namespace patchpilot {

double integratedLoudness(const AudioBuffer& sound) {
  const auto destroy = [](ebur128_state* state) { ebur128_destroy(&state); };
  const std::unique_ptr<ebur128_state, decltype(destroy)> state(
      ebur128_init(unsigned(sound.channels()), unsigned(kSampleRateHz), EBUR128_MODE_I), destroy);
  if (!state) throw std::bad_alloc();
  const auto channels = std::size_t(sound.channels());
  std::vector<float> interleaved(sound.frames() * channels);
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t i = 0; i < sound.frames(); ++i) interleaved[i * channels + c] = sound.channel(int(c))[i];
  double loudness = -std::numeric_limits<double>::infinity();
  if (ebur128_add_frames_float(state.get(), interleaved.data(), sound.frames()) != EBUR128_SUCCESS ||
      ebur128_loudness_global(state.get(), &loudness) != EBUR128_SUCCESS)
    throw std::bad_alloc();
  return loudness;
}

}  // namespace patchpilot
