#include "audio/key_model.h"

#include <algorithm>
#include <cmath>

#include "audio/pitch.h"

namespace patchpilot {
namespace {

constexpr double kFloorDb = -60;

/// The loudest bin within 2 % of a frequency, in dB.
double partialDb(const PowerSpectrum& spectrum, double hz) {
  const double bin = hz / spectrum.binHz;
  const auto from = std::size_t(bin * 0.98),
             to = std::min(spectrum.power.size() - 1, std::size_t(bin * 1.02) + 1);
  double best = 1e-20;
  for (std::size_t k = from; k <= to; ++k) best = std::max(best, spectrum.power[k]);
  return 10 * std::log10(best);
}

/// By how many dB the even partials rise above the odd ones beside them; about 0 for most
/// instruments, more where an octave is doubled below.
double evenOverOdd(const PowerSpectrum& spectrum, double hz) {
  double sum = 0, weights = 0, loudest = -400;
  for (int h = 1; h <= 13; ++h) loudest = std::max(loudest, partialDb(spectrum, h * hz));
  for (int even = 2; even <= 12 && (even + 1) * hz < 16000; even += 2) {
    const double level = partialDb(spectrum, even * hz);
    const double around = (std::max(loudest + kFloorDb, partialDb(spectrum, (even - 1) * hz)) +
                           std::max(loudest + kFloorDb, partialDb(spectrum, (even + 1) * hz))) /
                          2;
    const double weight = std::max(0.0, 1 + (std::max(level, around) - loudest) / 50);
    sum += weight * (std::max(level, loudest + kFloorDb) - around);
    weights += weight;
  }
  return weights > 0 ? sum / weights : 0;
}

/// Some instruments look like that by themselves, and low notes are rarer than doubled octaves, hence a limit
/// that rises with the note.
bool isOctaveAbove(const PowerSpectrum& spectrum, double hz, double note) {
  // Two partials alone are a note and its octave, not an octave and a sub-oscillator.
  const bool rich =
      partialDb(spectrum, 4 * hz) > std::max(partialDb(spectrum, hz), partialDb(spectrum, 2 * hz)) - 50;
  return rich && note < 64.5 && evenOverOdd(spectrum, hz) > std::clamp(3 + 0.75 * (note - 36), 3.0, 12.0);
}

double centroidHz(const PowerSpectrum& spectrum) {
  double sum = 0, weighted = 0;
  for (std::size_t k = 1; k < spectrum.power.size(); ++k) {
    sum += spectrum.power[k];
    weighted += spectrum.power[k] * double(k) * spectrum.binHz;
  }
  return sum > 0 ? weighted / sum : 0;
}

}  // namespace

KeyFeatures keyFeatures(const PowerSpectrum& spectrum, const PitchFinding& finding) {
  KeyFeatures features{};
  std::size_t next = 0;
  const auto add = [&](double value) { features[next++] = value; };
  const double hz = finding.lowestHz;
  constexpr std::array kPartials{1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 0.5, 1.5};
  double loudest = -400;
  for (int h = 1; h <= 16; ++h) loudest = std::max(loudest, partialDb(spectrum, h * hz));
  for (const double partial : kPartials) add(std::max(kFloorDb, partialDb(spectrum, partial * hz) - loudest));
  for (const double part : {0.5, 1.0, 2.0}) add(evenOverOdd(spectrum, part * hz));

  for (std::size_t i = 0; i < kKeyShifts.size(); ++i)
    if (i != kNoShift) add(finding.scores[i] / std::max(0.05, finding.scores[kNoShift]));
  add(std::log2(std::max(1.0, centroidHz(spectrum)) / hz));
  add(finding.strength);
  add(finding.agreeing);
  add(isOctaveAbove(spectrum, hz, hzToNote(hz)) ? 1 : 0);
  return features;
}

double keyPrior(double note) {
  constexpr double kLowest = 36, kHighest = 84, kDeviation = 12;
  const double beyond = std::max({0.0, kLowest - note, note - kHighest});
  return std::exp(-0.5 * std::pow(beyond / kDeviation, 2));
}

std::array<double, kKeyAnswers> keyProbabilities(const KeyFeatures& features, double lowestNote,
                                                 const KeyModel& model, double (*prior)(double)) {
  std::array<double, kKeyAnswers> likely{};
  for (std::size_t answer = 0; answer < kKeyAnswers; ++answer) {
    const auto& weights = model.weights[answer];
    likely[answer] = weights[kKeyFeatures];
    if (answer < kKeyShifts.size()) likely[answer] += std::log(prior(lowestNote + kKeyShifts[answer]));
    for (std::size_t f = 0; f < kKeyFeatures; ++f)
      likely[answer] += weights[f] * (features[f] - model.mean[f]) * model.scale[f];
  }
  const double most = *std::max_element(likely.begin(), likely.end());
  double sum = 0;
  for (double& one : likely) sum += one = std::exp(one - most);
  for (double& one : likely) one /= sum;
  return likely;
}

std::size_t heardNote(const KeyFeatures& features) {
  return features[kOctaveRule] > 0.5 ? kNoShift + 1 : kNoShift;
}

}  // namespace patchpilot
