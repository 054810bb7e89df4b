#include "audio/single_cycle.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "audio/fft.h"
#include "audio/level.h"
#include "audio/pitch.h"

namespace patchpilot {
namespace {

constexpr std::size_t kShortest = 32, kLongest = 4096;
constexpr double kLongestSeconds = 0.1;
/// The size of the single cycles of the AKWF collection.
constexpr std::size_t kAkwf = 600;
constexpr double kPeak = 0.5;

/// Level of a part of both channels around its mean, linear.
double level(const AudioBuffer& sound, std::size_t first, std::size_t last) {
  double power = 0;
  for (int c = 0; c < sound.channels(); ++c)
    for (const float sample : sound.channel(c).subspan(first, last - first)) power += double(sample) * sample;
  return std::sqrt(power / double(last - first));
}

/// Whether a sound is as loud at its end as at its beginning: no short stroke, which dies away.
bool isSteady(const AudioBuffer& sound) {
  const std::size_t half = sound.frames() / 2;
  const double first = level(sound, 0, half), second = level(sound, half, sound.frames());
  return first > 0 && second > 0 && std::abs(amplitudeToDb(first) - amplitudeToDb(second)) < 6;
}

/// Whether a sound repeats within itself, and so is no single cycle.
bool repeatsInside(const AudioBuffer& sound) {
  constexpr double kAlike = 0.9;
  const std::size_t frames = sound.frames();
  const auto samples = sound.channel(0);
  double mean = 0;
  for (const float sample : samples) mean += sample;
  mean /= double(frames);
  double previous = 1;
  bool fell = false;
  for (std::size_t lag = 8; lag <= frames / 2; ++lag) {
    double product = 0, energy = 0;
    for (std::size_t i = 0; i + lag < frames; ++i) {
      const double a = samples[i] - mean, b = samples[i + lag] - mean;
      product += a * b;
      energy += a * a + b * b;
    }
    const double alike = energy > 0 ? 2 * product / energy : 0;
    fell = fell || alike < 0.5;
    if (fell && alike > kAlike && alike < previous) return true;
    previous = alike;
  }
  return false;
}

using Harmonics = std::vector<std::complex<float>>;

Harmonics harmonicsOf(std::span<const float> cycle) {
  const RealFft fft(cycle.size());
  Harmonics spectrum(fft.bins());
  fft.forward(cycle.data(), spectrum.data());
  for (auto& bin : spectrum) bin *= 2 / float(cycle.size());
  spectrum[0] = 0;
  return spectrum;
}

/// Whether most power lies in the lowest harmonics, unlike that of noise.
bool isSmooth(const AudioBuffer& sound) {
  constexpr double kMost = 0.8;
  const Harmonics harmonics = harmonicsOf(sound.channel(0));
  double low = 0, all = 0;
  for (std::size_t h = 1; h < harmonics.size(); ++h) {
    all += std::norm(harmonics[h]);
    if (h <= harmonics.size() / 8) low += std::norm(harmonics[h]);
  }
  return low >= kMost * all;
}

bool isSingleCycle(const AudioBuffer& sound) {
  const std::size_t frames = sound.frames();
  if (frames < kShortest || frames > kLongest || sound.seconds() > kLongestSeconds) return false;
  const bool usual = std::has_single_bit(frames) || frames == kAkwf;
  return isSteady(sound) && (usual || (isSmooth(sound) && !repeatsInside(sound)));
}

/// Adds one harmonic of all cycles to `out`. Between cycles its amplitude is interpolated.
void addHarmonic(const std::vector<Harmonics>& cycles, std::size_t number, double hz, std::span<float> out) {
  constexpr std::size_t kPart = 64;
  const double held = CycleNote::kHeldSeconds * kSampleRateHz;
  const std::complex<double> turn = std::polar(1.0, 2 * std::numbers::pi * hz / kSampleRateHz);
  std::complex<double> phase = 1;
  for (std::size_t start = 0; start < out.size(); start += kPart) {
    const double place = std::min(1.0, double(start) / held) * double(cycles.size() - 1);
    const auto below = std::min(std::size_t(place), cycles.size() - 1),
               above = std::min(below + 1, cycles.size() - 1);
    const auto fraction = float(place - double(below));
    const std::complex<double> amplitude =
        cycles[below][number] * (1 - fraction) + cycles[above][number] * fraction;
    for (std::size_t i = start; i < std::min(out.size(), start + kPart); ++i, phase *= turn)
      out[i] += float((amplitude * phase).real());
  }
}

/// A short attack and release, without clicks.
double envelopeAt(double seconds) {
  constexpr double kAttack = 0.002, kRelease = 0.01;
  if (seconds < CycleNote::kHeldSeconds) return std::min(1.0, seconds / kAttack);
  return std::max(0.0, 1 - (seconds - CycleNote::kHeldSeconds) / kRelease);
}

}  // namespace

std::optional<CycleNote> repeatedCycle(const AudioBuffer& sound, std::size_t cycleFrames, int note) {
  const bool table = cycleFrames >= kShortest && cycleFrames <= 8 * kLongest && sound.frames() >= cycleFrames;
  if (!table && !isSingleCycle(sound)) return std::nullopt;
  const std::size_t frames = table ? cycleFrames : sound.frames();
  const std::size_t count = sound.frames() / frames;
  const double hz = noteToHz(note);
  CycleNote result{AudioBuffer(kChannels, std::size_t(CycleNote::kSeconds * kSampleRateHz)), ""};
  for (int c = 0; c < kChannels; ++c) {
    std::vector<Harmonics> cycles;
    for (std::size_t i = 0; i < count; ++i)
      cycles.push_back(harmonicsOf(sound.channel(c).subspan(i * frames, frames)));
    const auto out = result.sound.channel(c);
    for (std::size_t h = 1; h < cycles[0].size() && double(h) * hz < kSampleRateHz / 2; ++h)
      addHarmonic(cycles, h, double(h) * hz, out);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] *= float(envelopeAt(double(i) / kSampleRateHz));
  }
  if (const double loudest = peak(result.sound); loudest > 0)
    applyGainDb(result.sound, amplitudeToDb(kPeak / loudest));
  result.message =
      count > 1
          ? fmt::format(
                "a wavetable of {} cycles of {} samples: it is run through in a note of {:g} s at {} ({})",
                count, frames, CycleNote::kHeldSeconds, noteName(note), note)
          : fmt::format("a single cycle of {} samples: it is repeated to a note of {:g} s at {} ({})", frames,
                        CycleNote::kHeldSeconds, noteName(note), note);
  result.message += "; any other --note will do";
  return result;
}

}  // namespace patchpilot
