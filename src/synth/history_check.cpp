#include "synth/history_check.h"

#include "audio/fft.h"
#include "audio/level.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <vector>

namespace patchpilot {

namespace {

constexpr std::size_t kFrame = 2048;
/// Centre of the lowest band, and how many there are: up to 16 kHz.
constexpr double kLowestHz = 40;
constexpr int kBands = 27;
constexpr double kRangeDb = 40;

/// A synth that repeats itself to the bit depends on its history if the difference is louder than this, in dB
/// below the sound.
constexpr double kResidualDb = -80;

/// Of a synth that does not: so many times its spread, and so much more, in dB.
constexpr double kSpreads = 2, kToleranceDb = 0.5;

bool sameBits(const AudioBuffer& a, const AudioBuffer& b) {
  return a.samples().size() == b.samples().size() &&
         std::memcmp(a.samples().data(), b.samples().data(), a.samples().size() * sizeof(float)) == 0;
}

/// Power in each band of each frame, of all channels together: frames x bands.
std::vector<double> bandPowers(const AudioBuffer& sound) {
  const RealFft fft(kFrame);
  std::vector<float> frame(kFrame);
  std::vector<std::complex<float>> spectrum(fft.bins());
  std::vector<double> powers;
  for (std::size_t begin = 0; begin < sound.frames(); begin += kFrame) {
    std::vector<double> bands(kBands);
    for (int channel = 0; channel < sound.channels(); ++channel) {
      const auto samples = sound.channel(channel).subspan(begin, std::min(kFrame, sound.frames() - begin));
      std::fill(frame.begin(), frame.end(), 0.f);
      for (std::size_t i = 0; i < samples.size(); ++i)
        frame[i] = samples[i] * float(std::sin(std::numbers::pi * (double(i) + 0.5) / double(kFrame)));
      fft.forward(frame.data(), spectrum.data());
      for (std::size_t bin = 1; bin < spectrum.size(); ++bin) {
        const double hz = double(bin) * kSampleRateHz / double(kFrame);
        const int band = int(std::lround(3 * std::log2(hz / kLowestHz)));
        if (band >= 0 && band < kBands) bands[std::size_t(band)] += std::norm(spectrum[bin]);
      }
    }
    powers.insert(powers.end(), bands.begin(), bands.end());
  }
  return powers;
}

/// The level of the difference of two sounds, relative to the first, in dB.
double residualDb(const AudioBuffer& a, const AudioBuffer& b) {
  if (a.samples().size() != b.samples().size()) return 0;
  double sound = 0, difference = 0;
  for (std::size_t i = 0; i < a.samples().size(); ++i) {
    const double sample = a.samples()[i];
    sound += sample * sample;
    difference += (b.samples()[i] - sample) * (b.samples()[i] - sample);
  }
  return amplitudeToDb(std::sqrt(difference / std::max(sound, 1e-30)));
}

/// See `bandDifferenceDb`, of the powers of two sounds.
double differenceDb(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty() || a.size() != b.size()) return a.size() == b.size() ? 0 : kRangeDb;
  const double loudest =
      std::max(*std::max_element(a.begin(), a.end()), *std::max_element(b.begin(), b.end()));
  const double floor = std::max(loudest * std::pow(10, -kRangeDb / 10), 1e-30);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += std::abs(10 * std::log10(std::max(a[i], floor) / std::max(b[i], floor)));
  return sum / double(a.size());
}

bool isAudible(const AudioBuffer& sound) { return !containsNonFinite(sound) && rmsDb(sound) > kSilentDb; }

/// Whether a patch sounds different after others than alone, beyond the spread of new instances.
/// @param alone  as the first note of an instance
bool isOther(const PlayedPlugin& plugin, std::size_t patch, const AudioBuffer& alone,
             const AudioBuffer& after) {
  if (sameBits(alone, after)) return false;
  plugin.renew();
  const AudioBuffer second = plugin.play(patch);
  plugin.renew();
  const AudioBuffer third = plugin.play(patch);
  if (sameBits(alone, second) && sameBits(alone, third)) return residualDb(alone, after) > kResidualDb;
  const std::vector<double> one = bandPowers(alone), two = bandPowers(second), three = bandPowers(third),
                            then = bandPowers(after);
  const double spread =
      std::max({differenceDb(one, two), differenceDb(one, three), differenceDb(two, three)});
  const double nearest =
      std::min({differenceDb(one, then), differenceDb(two, then), differenceDb(three, then)});
  return nearest > kSpreads * spread + kToleranceDb;
}

}  // namespace

double bandDifferenceDb(const AudioBuffer& a, const AudioBuffer& b) {
  return differenceDb(bandPowers(a), bandPowers(b));
}

bool dependsOnHistory(const PlayedPlugin& plugin) {
  AudioBuffer first;
  std::size_t chosen = 0;
  for (; chosen < plugin.patches; ++chosen) {
    plugin.renew();
    first = plugin.play(chosen);
    if (isAudible(first)) break;
  }
  if (chosen == plugin.patches) return false;
  for (std::size_t other = 0; other < plugin.patches; ++other)
    if (other != chosen) plugin.play(other);
  return isOther(plugin, chosen, first, plugin.play(chosen));
}

bool anyDependsOnHistory(const PlayedPlugin& plugin) {
  std::vector<AudioBuffer> alone, after;
  for (std::size_t patch = 0; patch < plugin.patches; ++patch) {
    plugin.renew();
    alone.push_back(plugin.play(patch));
  }
  for (std::size_t patch = 0; patch < plugin.patches; ++patch) plugin.play(patch);
  for (std::size_t patch = 0; patch < plugin.patches; ++patch) after.push_back(plugin.play(patch));
  for (std::size_t patch = 0; patch < plugin.patches; ++patch)
    if ((isAudible(alone[patch]) || isAudible(after[patch])) &&
        isOther(plugin, patch, alone[patch], after[patch]))
      return true;
  return false;
}

}  // namespace patchpilot
