#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>

#include "audio/buffer.h"

namespace patchpilot::tones {

/// A stereo sound whose two channels are `value(seconds)`.
inline AudioBuffer make(double seconds, const std::function<double(double)>& value) {
  AudioBuffer sound(2, std::size_t(std::lround(seconds * kSampleRateHz)));
  for (std::size_t i = 0; i < sound.frames(); ++i) {
    sound.channel(0)[i] = sound.channel(1)[i] = float(value(double(i) / kSampleRateHz));
  }
  return sound;
}

inline double sine(double hz, double t) { return std::sin(2 * std::numbers::pi * hz * t); }

/// Partials `first`..`last` of `hz`, each at 1 / number: a saw, or one that lacks its fundamental.
inline double partials(double hz, double t, int first = 1, int last = 20) {
  double sum = 0;
  for (int h = first; h <= last && h * hz < 18000; ++h) sum += sine(h * hz, t) / h;
  return sum / 2;
}

/// Noise that is the same in every run, within +-amplitude.
class Noise {
 public:
  explicit Noise(double amplitude) : amplitude_(amplitude) {}
  double operator()() {
    state_ = state_ * 1664525u + 1013904223u;
    return amplitude_ * (double(state_) / 2147483648.0 - 1);
  }

 private:
  double amplitude_;
  std::uint32_t state_ = 1;
};

/// Level of a note that is held from `on` to `off`: straight attack, then exponential release.
inline double held(double t, double on, double off, double attack = 0.005, double release = 0.05) {
  if (t < on) return 0;
  const double rise = std::min(1.0, (std::min(t, off) - on) / attack);
  return t < off ? rise : rise * std::exp(-(t - off) / release);
}

}  // namespace patchpilot::tones
