#include "audio/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>
#include <optional>
#include <utility>

#include "audio/envelope.h"
#include "audio/level.h"
#include "audio/noise_reduction.h"
#include "audio/pitch.h"

namespace patchpilot {
namespace {

constexpr std::size_t kRumbleBlock = 4410;  // 100 ms
constexpr double kCancellingCorrelation = -0.7;

/// The value that a share (0..1) of the others do not exceed. @param values  at least one
double percentile(std::vector<double> values, double share) {
  const auto at = values.begin() + std::ptrdiff_t(share * double(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

const char* sideName(int channel) { return channel == 0 ? "left" : "right"; }

// ---------------------------------------------------------------- DC offset

/// Means of blocks of 100 ms under a Hann window, which leaves nothing of what is above 20 Hz.
std::vector<double> blockMeans(std::span<const float> samples) {
  std::vector<double> window(std::min(kRumbleBlock, samples.size()));
  double sum = 0;
  for (std::size_t i = 0; i < window.size(); ++i)
    sum += window[i] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (double(i) + 0.5) / double(window.size()));
  std::vector<double> means;
  for (std::size_t start = 0; start + window.size() <= samples.size(); start += window.size() / 2 + 1) {
    double mean = 0;
    for (std::size_t i = 0; i < window.size(); ++i) mean += window[i] * samples[start + i];
    means.push_back(mean / sum);
  }
  return means;
}

/// The offset of a channel, 0 if it has none that stays the same.
double dcOffset(std::span<const float> samples, double peak) {
  constexpr double kLeast = 0.00316;  // -50 dB of the peak
  if (samples.size() < kRumbleBlock) return 0;
  const std::vector<double> means = blockMeans(samples);
  const double middle = percentile(means, 0.5);
  if (std::abs(middle) < kLeast * peak) return 0;
  for (const double share : {0.1, 0.9})
    if (std::abs(percentile(means, share) / middle - 1) > 0.5) return 0;
  return middle;
}

void removeDc(CorrectedRecording& recording) {
  AudioBuffer& sound = recording.sound;
  std::string told;
  const double loudest = peak(sound);
  for (int c = 0; c < sound.channels(); ++c) {
    const double offset = dcOffset(sound.channel(c), loudest);
    if (offset == 0) continue;
    for (float& sample : sound.channel(c)) sample = float(sample - offset);
    told += fmt::format("{}{} {:+.1f} %", told.empty() ? "" : ", ", sideName(c), 100 * offset);
  }
  if (!told.empty())
    recording.corrections.push_back(fmt::format("a DC offset is removed ({} of full scale)", told));
}

// ---------------------------------------------------------------- rumble

/// A Butterworth filter of eighth order, as four biquads (Bristow-Johnson's cookbook). Before its beginning
/// the sound is taken to go on mirrored at its first sample, so that the filter does not swing there.
AudioBuffer filtered(const AudioBuffer& sound, double hz, bool high) {
  const std::size_t mirrored = std::min<std::size_t>(sound.frames() - 1, std::size_t(kSampleRateHz / 2));
  AudioBuffer result = sound;
  std::vector<double> samples(mirrored + sound.frames());
  for (int c = 0; c < result.channels(); ++c) {
    const auto channel = result.channel(c);
    for (std::size_t i = 0; i < mirrored; ++i) samples[i] = 2.0 * channel[0] - channel[mirrored - i];
    std::copy(channel.begin(), channel.end(), samples.begin() + std::ptrdiff_t(mirrored));
    for (const double q : {0.509796, 0.601345, 0.899976, 2.562915}) {
      const double w = 2 * std::numbers::pi * hz / kSampleRateHz, alpha = std::sin(w) / (2 * q),
                   cosine = std::cos(w);
      const double a0 = 1 + alpha, b1 = (high ? -(1 + cosine) : 1 - cosine) / a0, b0 = (high ? -b1 : b1) / 2;
      const double a1 = -2 * cosine / a0, a2 = (1 - alpha) / a0;
      double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
      for (double& sample : samples) {
        const double x = sample, y = b0 * x + b1 * x1 + b0 * x2 - a1 * y1 - a2 * y2;
        x2 = std::exchange(x1, x);
        y2 = std::exchange(y1, y);
        sample = y;
      }
    }
    std::copy(samples.begin() + std::ptrdiff_t(mirrored), samples.end(), channel.begin());
  }
  return result;
}

/// Whether a sound has rumble: what is below 55 Hz neither comes nor goes with what is above 80 Hz.
bool rumbles(const AudioBuffer& sound) {
  constexpr double kLowHz = 55, kHighHz = 80, kQuietDb = 30, kAudibleDb = 60, kSteadyDb = 12;
  constexpr std::size_t kLeastQuiet = 6;
  const std::vector<double> low = levelEnvelope(filtered(sound, kLowHz, false), kRumbleBlock);
  const std::vector<double> rest = levelEnvelope(filtered(sound, kHighHz, true), kRumbleBlock);
  if (low.size() < kLeastQuiet + 2) return false;
  const double top = *std::max_element(rest.begin(), rest.end());
  std::vector<double> lowInQuiet, restInQuiet;
  // The last block may be cut off, and the filters swing in the first.
  for (std::size_t i = 1; i + 1 < low.size(); ++i) {
    if (rest[i] > top - kQuietDb) continue;
    lowInQuiet.push_back(low[i]);
    restInQuiet.push_back(rest[i]);
  }
  if (lowInQuiet.size() < kLeastQuiet) return false;
  // The tail of a drum is low as well, but dies away.
  const auto middle = lowInQuiet.begin() + std::ptrdiff_t(lowInQuiet.size() / 2);
  const double trend = std::accumulate(middle, lowInQuiet.end(), 0.0) / double(lowInQuiet.end() - middle) -
                       std::accumulate(lowInQuiet.begin(), middle, 0.0) / double(middle - lowInQuiet.begin());
  if (std::abs(trend) > kSteadyDb / 3) return false;
  const double level = percentile(lowInQuiet, 0.5);
  const auto spread = [&](const std::vector<double>& levels) { return level - percentile(levels, 0.1); };
  return level > top - kAudibleDb && level > percentile(restInQuiet, 0.5) + 6 && spread(low) < kSteadyDb &&
         spread(lowInQuiet) < kSteadyDb / 2 && percentile(lowInQuiet, 0.9) < level + kSteadyDb / 2;
}

void removeRumble(CorrectedRecording& recording) {
  constexpr double kBelowPitch = 0.7;
  if (!rumbles(recording.sound)) return;
  for (const double hz : {80.0, 55.0, 40.0, 30.0, 20.0}) {
    AudioBuffer cleaned = filtered(recording.sound, hz, true);
    const std::size_t onset = findOnset(cleaned);
    const PitchEstimate pitch =
        estimatePitch(cleaned, onset, std::min(cleaned.frames(), onset + std::size_t(kSampleRateHz)));
    const double lowest = pitch.pitched ? pitch.lowestHz : 0;
    if (hz > 20 && lowest * kBelowPitch < hz) continue;
    recording.sound = std::move(cleaned);
    recording.corrections.push_back(
        fmt::format("rumble below {:g} Hz, which goes on while the rest is quiet, is filtered out", hz));
    return;
  }
}

// ---------------------------------------------------------------- clipped peaks

/// Samples [first, last) of a channel that were cut off, and how the sound runs into and out of them, per
/// sample; nothing at the edge of a pulse, where it jumps.
struct ClippedRun {
  std::size_t first, last;
  std::optional<double> slopeIn, slopeOut;
};

/// The runs of a channel that lie at its peak and have an end at which the sound would have gone on above it.
std::vector<ClippedRun> clippedRuns(std::span<const float> samples, double peak) {
  constexpr std::size_t kShortest = 3;
  // A steeper end is the edge of a pulse, which may well be flat. A smooth peak that is flat by chance would
  // not have risen any further.
  constexpr double kSteepest = 0.5, kLeastRise = 0.02, kEqual = 1e-4;
  std::vector<ClippedRun> runs;
  for (std::size_t i = 2; i + kShortest + 2 <= samples.size();) {
    const double level = samples[i];
    if (std::abs(level) < peak * (1 - kEqual)) {
      ++i;
      continue;
    }
    std::size_t last = i + 1;
    while (last < samples.size() && std::abs(samples[last] - level) <= kEqual * peak) ++last;
    if (last - i >= kShortest && last + 2 <= samples.size()) {
      const double sign = level > 0 ? 1 : -1;
      const auto slope = [&](std::size_t near, std::size_t far) -> std::optional<double> {
        const double step = sign * (samples[near] - samples[far]),
                     missing = std::abs(level) - sign * samples[near];
        if (step > kSteepest * peak || missing > kSteepest * peak) return std::nullopt;
        return std::max(0.0, step);
      };
      ClippedRun run{i, last, slope(i - 1, i - 2), slope(last, last + 1)};
      const double flatter = std::min(run.slopeIn.value_or(1e9), run.slopeOut.value_or(1e9));
      const bool rises = flatter * double(last - i + 1) / 4 > kLeastRise * peak;
      if ((run.slopeIn || run.slopeOut) && rises) runs.push_back(run);
    }
    i = last;
  }
  return runs;
}

/// Rebuilds a peak: a parabola through the samples beside it, with the flatter of the two slopes; a line if
/// one side is an edge.
void restore(std::span<float> samples, const ClippedRun& run) {
  const double sign = samples[run.first] > 0 ? 1 : -1, level = std::abs(samples[run.first]);
  const double length = double(run.last - run.first + 1);
  const double from = sign * samples[run.first - 1], to = sign * samples[run.last];
  for (std::size_t i = run.first; i < run.last; ++i) {
    const double steps = double(i - run.first + 1), t = steps / length;
    double value = 0;
    if (run.slopeIn && run.slopeOut) {
      value = from + (to - from) * t + std::min(*run.slopeIn, *run.slopeOut) * length * t * (1 - t);
    } else if (run.slopeIn) {
      value = from + steps * *run.slopeIn;
    } else {
      value = to + (length - steps) * *run.slopeOut;
    }
    samples[i] = float(sign * std::clamp(value, level, 2 * level));
  }
}

void restorePeaks(CorrectedRecording& recording) {
  constexpr std::size_t kLeastRuns = 3;
  constexpr double kMostShare = 0.15;
  AudioBuffer& sound = recording.sound;
  std::array<std::vector<ClippedRun>, kChannels> found;
  std::size_t most = 0, clipped = 0;
  for (std::size_t c = 0; c < found.size(); ++c) {
    const auto samples = sound.channel(int(c));
    float loudest = 0;
    for (const float sample : samples) loudest = std::max(loudest, std::abs(sample));
    if (loudest > 0) found[c] = clippedRuns(samples, loudest);
    most = std::max(most, found[c].size());
    for (const ClippedRun& run : found[c]) clipped += run.last - run.first;
  }
  if (most < kLeastRuns) return;
  const double share = double(clipped) / double(sound.samples().size());
  const std::string told = fmt::format("it is clipped at {:.1f} dB ({:.2g} % of its samples)",
                                       amplitudeToDb(peak(sound)), 100 * share);
  if (share > kMostShare) {
    recording.corrections.push_back(told + ": its distortion is matched too; record it at a lower level");
    return;
  }
  for (std::size_t c = 0; c < found.size(); ++c)
    for (const ClippedRun& run : found[c]) restore(sound.channel(int(c)), run);
  recording.corrections.push_back(told + ": its peaks are restored");
}

// ---------------------------------------------------------------- sides

double levelDb(std::span<const float> samples) {
  double sum = 0;
  for (const float sample : samples) sum += double(sample) * sample;
  return amplitudeToDb(std::sqrt(sum / double(samples.size())));
}

/// How far the level of a channel moves, in dB: from its quietest tenth of blocks to its loudest.
double movement(std::span<const float> samples) {
  AudioBuffer channel(1, samples.size() - samples.size() % kRumbleBlock);
  if (channel.frames() < 5 * kRumbleBlock) return 0;
  std::copy_n(samples.begin(), channel.frames(), channel.channel(0).begin());
  const std::vector<double> levels = levelEnvelope(channel, kRumbleBlock);
  return percentile(levels, 0.9) - percentile(levels, 0.1);
}

bool isEmptySide(std::span<const float> weak, std::span<const float> strong, double below) {
  constexpr double kEmptyDb = 40, kCopyDb = 20, kNoiseDb = 12;
  if (below >= kEmptyDb) return true;
  const double alike = std::abs(correlation(weak, strong));
  if (below >= kCopyDb && alike > 0.98) return true;
  return below >= kNoiseDb && alike < 0.1 && movement(weak) < 6 && movement(strong) > 20;
}

void balanceSides(CorrectedRecording& recording) {
  AudioBuffer& sound = recording.sound;
  const double leftDb = levelDb(sound.channel(0)), rightDb = levelDb(sound.channel(1));
  const int weak = leftDb < rightDb ? 0 : 1;
  const auto other = sound.channel(1 - weak);
  const double below = std::abs(leftDb - rightDb);
  if (isEmptySide(sound.channel(weak), other, below)) {
    std::copy(other.begin(), other.end(), sound.channel(weak).begin());
    const bool silent = std::min(leftDb, rightDb) <= kSilenceDb;
    recording.corrections.push_back(fmt::format(
        "the {} side {}: the {} side is used for both", sideName(weak),
        silent ? "is empty" : fmt::format("is {:.0f} dB below the other", below), sideName(1 - weak)));
  } else if (sidesCancel(sound.channel(0), sound.channel(1))) {
    const auto right = sound.channel(1);
    for (float& sample : right) sample = -sample;
    // What rounding has made of one sound is one sound, and the silence behind it is silent.
    constexpr double kRoundingDb = 60;
    AudioBuffer difference(1, sound.frames());
    std::transform(right.begin(), right.end(), sound.channel(0).begin(), difference.channel(0).begin(),
                   std::minus<>());
    if (levelDb(difference.channel(0)) < std::min(leftDb, rightDb) - kRoundingDb)
      std::copy(sound.channel(0).begin(), sound.channel(0).end(), right.begin());
    recording.corrections.push_back(
        "one side is inverted against the other: the right side is inverted back");
  }
}

// ---------------------------------------------------------------- noise

void removeNoise(CorrectedRecording& recording) {
  if (const auto below = reduceNoise(recording.sound))
    recording.corrections.push_back(
        fmt::format("steady noise, {:.0f} dB below the loudest moment, is reduced", *below));
}

// ---------------------------------------------------------------- level

void attenuate(CorrectedRecording& recording) {
  // Some synths go a little beyond it.
  constexpr double kFarBeyondDb = 6;
  const double peakDb = amplitudeToDb(peak(recording.sound));
  if (peakDb < kFarBeyondDb) return;
  applyGainDb(recording.sound, -peakDb);
  recording.corrections.push_back(
      fmt::format("it goes {:.0f} dB beyond full scale: it is attenuated by as much", peakDb));
}

void raiseLevel(CorrectedRecording& recording) {
  constexpr double kVeryQuietDb = -42, kRaisedDb = -12;
  const double peakDb = amplitudeToDb(peak(recording.sound));
  if (peakDb >= kVeryQuietDb || peakDb <= kSilenceDb) return;
  applyGainDb(recording.sound, kRaisedDb - peakDb);
  recording.corrections.push_back(fmt::format(
      "it is very quiet (peak {:.0f} dB): it is amplified by {:.0f} dB", peakDb, kRaisedDb - peakDb));
}

}  // namespace

double correlation(std::span<const float> left, std::span<const float> right) {
  // Partial sums of blocks in single precision become vector code.
  constexpr std::size_t kSums = 16, kPart = 4096;
  double ll = 0, rr = 0, lr = 0;
  for (std::size_t start = 0; start < left.size(); start += kPart) {
    const auto l = left.subspan(start, std::min(kPart, left.size() - start)),
               r = right.subspan(start, l.size());
    ll += sumOfSquares(l);
    rr += sumOfSquares(r);
    std::array<float, kSums> sums{};
    const std::size_t whole = l.size() / kSums * kSums;
    for (std::size_t i = 0; i < whole; i += kSums)
      for (std::size_t j = 0; j < kSums; ++j) sums[j] += l[i + j] * r[i + j];
    for (const float sum : sums) lr += sum;
    for (std::size_t i = whole; i < l.size(); ++i) lr += l[i] * r[i];
  }
  const double scale = std::sqrt(ll) * std::sqrt(rr);
  return scale > 0 ? lr / scale : 0;
}

bool sidesCancel(std::span<const float> left, std::span<const float> right) {
  return correlation(left, right) <= kCancellingCorrelation;
}

CorrectedRecording correctRecording(const AudioBuffer& sound) {
  CorrectedRecording recording{sound, {}};
  attenuate(recording);
  restorePeaks(recording);
  removeDc(recording);
  removeRumble(recording);
  balanceSides(recording);
  removeNoise(recording);
  raiseLevel(recording);
  return recording;
}

}  // namespace patchpilot
