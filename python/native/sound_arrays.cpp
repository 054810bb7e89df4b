#include "sound_arrays.h"

#include "audio/level.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace patchpilot::python {

AudioBuffer soundOf(const FloatArray& array) {
  if (array.ndim() != 1 && !(array.ndim() == 2 && (array.shape(0) == 1 || array.shape(0) == kChannels))) {
    std::string shape;
    for (py::ssize_t i = 0; i < array.ndim(); ++i)
      shape += (i > 0 ? ", " : "") + std::to_string(array.shape(i));
    throw py::value_error(fmt::format(
        "a sound has the shape (samples,) or (channels, samples) with one or two channels, not ({})", shape));
  }
  const int channels = array.ndim() == 1 ? 1 : int(array.shape(0));
  const auto frames = std::size_t(array.shape(array.ndim() - 1));
  if (frames == 0) throw py::value_error("the sound has no samples");
  AudioBuffer sound(channels, frames);
  std::copy_n(array.data(), array.size(), sound.samples().begin());
  if (containsNonFinite(sound)) {
    const auto samples = sound.samples();
    const auto bad = std::find_if(samples.begin(), samples.end(), [](float x) { return !std::isfinite(x); });
    throw py::value_error(fmt::format("sample {} of the sound is not finite", bad - samples.begin()));
  }
  return sound;
}

AudioBuffer stereoSoundOf(const FloatArray& array) {
  AudioBuffer sound = soundOf(array);
  if (sound.channels() == kChannels) return sound;
  AudioBuffer stereo(kChannels, sound.frames());
  for (int channel = 0; channel < kChannels; ++channel)
    std::copy(sound.samples().begin(), sound.samples().end(), stereo.channel(channel).begin());
  return stereo;
}

py::array_t<float> arrayOf(const AudioBuffer& sound) {
  py::array_t<float> array({py::ssize_t(sound.channels()), py::ssize_t(sound.frames())});
  std::copy(sound.samples().begin(), sound.samples().end(), array.mutable_data());
  return array;
}

py::array_t<float> arrayOf(std::span<const float> values) {
  return py::array_t<float>(py::ssize_t(values.size()), values.data());
}

}  // namespace patchpilot::python
