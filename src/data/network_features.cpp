#include "data/network_features.h"

#include "audio/buffer.h"
#include "audio/fft.h"
#include "audio/level.h"
#include "features/mel.h"
#include "features/stft.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

namespace patchpilot {

namespace {

constexpr std::size_t kLongest = std::size_t(4 * kSampleRateHz);  ///< samples
constexpr float kRangeDb = 80;
constexpr float kLeastPower = 1e-20f;

constexpr std::size_t kMelFft = 2048;

/// Low keys need long windows: they are taken from a sound at an eighth of the rate.
constexpr std::size_t kDecimation = 8, kLowFft = 1024, kDecimationTaps = 64;
constexpr std::size_t kHighestLowKey = 90;

constexpr std::size_t kModulationFft = 512, kModulationHop = 353,
                      kModulationFrames = kLongest / kModulationHop;
constexpr double kModulationRateHz = kSampleRateHz / double(kModulationHop);
constexpr std::array<std::size_t, NetworkFeatures::kGroups + 1> kGroupEdges{0,  3,  6,   12, 24,
                                                                            48, 96, 160, 257};
constexpr double kSlowestHz = 0.5, kFastestHz = 50;
constexpr float kModulationRangeDb = 60;  ///< what is quieter by more is silent
constexpr std::size_t kFewestModulationFrames = 16;
/// A deviation of `kMost...` is 255; below a `kSteep...`-th of a unit the scale is linear.
constexpr float kMostDb = 24, kSteepDb = 4, kMostSemitones = 12, kSteepSemitones = 20;

std::size_t firstSample(std::size_t frame) {
  constexpr std::size_t kDense = 50, kDenseHop = 882, kSparseHop = 2646;
  return frame < kDense ? frame * kDenseHop : kDense * kDenseHop + (frame - kDense) * kSparseHop;
}

float squared(std::complex<float> value) { return value.real() * value.real() + value.imag() * value.imag(); }

/// Decibels below a reference, as a byte.
std::uint8_t decibelByte(float power, float reference) {
  const float db = 10 * std::log10(std::max(power, kLeastPower) / reference);
  return std::uint8_t(std::lround(255 * std::clamp(1 + db / kRangeDb, 0.0f, 1.0f)));
}

std::uint8_t deviationByte(float deviation, float most, float steep) {
  const float share = std::log1p(deviation * steep) / std::log1p(most * steep);
  return std::uint8_t(std::lround(255 * std::clamp(share, 0.0f, 1.0f)));
}

/// A low-pass for `decimated`: a sinc at the new half rate under a Hann window.
std::vector<float> decimationFilter() {
  std::vector<float> taps(kDecimationTaps);
  float sum = 0;
  for (std::size_t i = 0; i < taps.size(); ++i) {
    const double x = (double(i) - 0.5 * double(kDecimationTaps - 1)) / double(kDecimation);
    const double sinc = std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
    const double hann =
        0.5 - 0.5 * std::cos(2 * std::numbers::pi * (double(i) + 0.5) / double(kDecimationTaps));
    taps[i] = float(sinc * hann);
    sum += taps[i];
  }
  for (float& tap : taps) tap /= sum;
  return taps;
}

/// A filter for each of some keys: a semitone to either side, and never narrower than one and a half bins.
std::vector<MelFilterbank::Band> keyFilters(std::size_t firstKey, std::size_t lastKey, double rateHz,
                                            std::size_t fftSize) {
  std::vector<MelFilterbank::Band> filters;
  const double binHz = rateHz / double(fftSize);
  // Half the sum of a sine's main lobe under a Hann window is 1, whatever the size of the window.
  const double scale = 16 / (1.5 * double(fftSize) * double(fftSize));
  for (std::size_t key = firstKey; key < lastKey; ++key) {
    const double hz = 440 * std::exp2((double(key) - 69) / 12);
    const double reach = std::max(hz * (std::exp2(1.0 / 12) - 1), 1.5 * binHz);
    MelFilterbank::Band filter{std::size_t(std::max(1.0, std::ceil((hz - reach) / binHz))), {}};
    for (std::size_t bin = filter.firstBin; double(bin) * binHz < hz + reach && bin <= fftSize / 2; ++bin)
      filter.weights.push_back(float(scale * (1 - std::abs(double(bin) * binHz - hz) / reach)));
    filters.push_back(std::move(filter));
  }
  return filters;
}

/// The power spectrum of the windowed samples that begin at `first`, which may lie before the beginning.
class WindowedFft {
 public:
  WindowedFft(std::size_t size) : fft_(size), window_(periodicHann(size)) {}

  std::size_t bins() const { return fft_.bins(); }

  void power(std::span<const float> samples, std::ptrdiff_t first, std::vector<float>& power) const {
    thread_local std::vector<float> windowed;
    thread_local std::vector<std::complex<float>> spectrum;
    const auto size = std::ptrdiff_t(window_.size()), length = std::ptrdiff_t(samples.size());
    windowed.assign(window_.size(), 0.0f);
    spectrum.resize(fft_.bins());
    const std::ptrdiff_t from = std::max<std::ptrdiff_t>(0, -first), to = std::min(size, length - first);
    for (std::ptrdiff_t i = from; i < to; ++i)
      windowed[std::size_t(i)] = samples[std::size_t(first + i)] * window_[std::size_t(i)];
    fft_.forward(windowed.data(), spectrum.data());
    power.resize(fft_.bins());
    for (std::size_t bin = 0; bin < power.size(); ++bin) power[bin] = squared(spectrum[bin]);
  }

 private:
  RealFft fft_;
  std::vector<float> window_;
};

}  // namespace

struct NetworkFeatureExtractor::Plan {
  WindowedFft melFft{kMelFft}, lowFft{kLowFft}, modulationFft{kModulationFft};
  RealFft ratesFft{kModulationFft};
  MelFilterbank mel{kSampleRateHz, kMelFft, NetworkFeatures::kMelBands};
  MelFilterbank side{kSampleRateHz, kMelFft, NetworkFeatures::kSideBands};
  std::vector<float> taps = decimationFilter();
  std::vector<MelFilterbank::Band> lowKeys =
      keyFilters(NetworkFeatures::kLowestKey, kHighestLowKey, kSampleRateHz / double(kDecimation), kLowFft);
  std::vector<MelFilterbank::Band> highKeys = keyFilters(
      kHighestLowKey, NetworkFeatures::kLowestKey + NetworkFeatures::kKeys, kSampleRateHz, kMelFft);

  std::vector<float> decimated(std::span<const float> samples) const;
  void paint(std::span<const float> mid, std::span<const float> side, NetworkFeatures& features) const;
  void follow(std::span<const float> left, std::span<const float> right, NetworkFeatures& features) const;
  void findModulation(std::span<const float> mid, NetworkFeatures& features) const;
  std::vector<float> deviations(const std::vector<float>& curve) const;
};

/// At an eighth of the rate, each sample centred on the eight that it stands for.
std::vector<float> NetworkFeatureExtractor::Plan::decimated(std::span<const float> samples) const {
  constexpr std::size_t kBefore = (kDecimationTaps - kDecimation) / 2;
  std::vector<float> padded(kBefore + samples.size() + kDecimationTaps, 0.0f);
  std::copy(samples.begin(), samples.end(), padded.begin() + kBefore);
  std::vector<float> result((samples.size() + kDecimation - 1) / kDecimation);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const float* from = padded.data() + i * kDecimation;
    std::array<float, 16> sums{};  // side by side, so that they become one vector
    for (std::size_t tap = 0; tap < kDecimationTaps; tap += sums.size())
      for (std::size_t lane = 0; lane < sums.size(); ++lane)
        sums[lane] += from[tap + lane] * taps[tap + lane];
    for (const float sum : sums) result[i] += sum;
  }
  return result;
}

void NetworkFeatureExtractor::Plan::paint(std::span<const float> mid, std::span<const float> sides,
                                          NetworkFeatures& features) const {
  constexpr std::size_t kFirstKey = NetworkFeatures::kMelBands,
                        kFirstSide = kFirstKey + NetworkFeatures::kKeys;
  std::vector<float> powers(NetworkFeatures::kFrames * NetworkFeatures::kFrameValues, 0.0f), power;
  const std::vector<float> low = decimated(mid);
  float loudest = kLeastPower, loudestKey = kLeastPower;
  for (std::size_t frame = 0; frame < NetworkFeatures::kFrames; ++frame) {
    const std::size_t first = firstSample(frame);
    float* to = powers.data() + frame * NetworkFeatures::kFrameValues;
    // The long window has the same middle as the short one.
    if (const auto begin = std::ptrdiff_t((first + kMelFft / 2) / kDecimation) - std::ptrdiff_t(kLowFft / 2);
        begin < std::ptrdiff_t(low.size())) {
      lowFft.power(low, begin, power);
      for (std::size_t key = 0; key < lowKeys.size(); ++key) to[kFirstKey + key] = lowKeys[key].of(power);
    }
    if (first < mid.size()) {
      melFft.power(mid, std::ptrdiff_t(first), power);
      for (std::size_t band = 0; band < NetworkFeatures::kMelBands; ++band)
        to[band] = mel.bands()[band].of(power);
      for (std::size_t key = 0; key < highKeys.size(); ++key)
        to[kFirstKey + lowKeys.size() + key] = highKeys[key].of(power);
      if (!sides.empty()) {
        melFft.power(sides, std::ptrdiff_t(first), power);
        for (std::size_t band = 0; band < NetworkFeatures::kSideBands; ++band)
          to[kFirstSide + band] = side.bands()[band].of(power);
      }
    }
    loudest = std::max({loudest, *std::max_element(to, to + kFirstKey),
                        *std::max_element(to + kFirstSide, to + NetworkFeatures::kFrameValues)});
    loudestKey = std::max(loudestKey, *std::max_element(to + kFirstKey, to + kFirstSide));
  }
  features.picture.resize(powers.size());
  for (std::size_t i = 0; i < powers.size(); ++i) {
    const std::size_t band = i % NetworkFeatures::kFrameValues;
    const bool isKey = band >= kFirstKey && band < kFirstSide;
    features.picture[i] = powers[i] > 0 ? decibelByte(powers[i], isKey ? loudestKey : loudest) : 0;
  }
}

void NetworkFeatureExtractor::Plan::follow(std::span<const float> left, std::span<const float> right,
                                           NetworkFeatures& features) const {
  const auto sampleAt = [&](std::size_t step) {
    return std::min(left.size(), step * kLongest / NetworkFeatures::kEnvelopeSteps);
  };
  std::vector<float> powers(NetworkFeatures::kEnvelopeSteps, 0.0f);
  double all = 0;
  float highest = 0;
  for (std::size_t step = 0; step < powers.size(); ++step) {
    const std::size_t from = sampleAt(step), to = sampleAt(step + 1);
    for (std::size_t i = from; i < to; ++i) {
      powers[step] += left[i] * left[i] + right[i] * right[i];
      highest = std::max({highest, std::abs(left[i]), std::abs(right[i])});
    }
    all += powers[step];
  }
  const float loudest = std::max(kLeastPower, *std::max_element(powers.begin(), powers.end()));
  for (const float power : powers) features.envelope.push_back(power > 0 ? decibelByte(power, loudest) : 0);
  features.level = {float(amplitudeToDb(std::sqrt(all / double(2 * kLongest)))),
                    float(amplitudeToDb(highest))};
}

/// How far a curve moves at each rate: the amplitude of the sine that would be seen as so much.
std::vector<float> NetworkFeatureExtractor::Plan::deviations(const std::vector<float>& curve) const {
  // Differences, so that the curve's slow way from one level to another does not hide everything.
  const std::size_t count = curve.size() - 1;
  std::vector<float> samples(kModulationFft, 0.0f);
  const std::vector<float> window = periodicHann(count);
  for (std::size_t i = 0; i < count; ++i) samples[i] = (curve[i + 1] - curve[i]) * window[i];
  std::vector<std::complex<float>> spectrum(ratesFft.bins());
  ratesFft.forward(samples.data(), spectrum.data());
  std::vector<float> result(NetworkFeatures::kRates, 0.0f);
  const double binHz = kModulationRateHz / double(kModulationFft);
  const double step = std::log(kFastestHz / kSlowestHz) / double(NetworkFeatures::kRates);
  for (std::size_t rate = 0; rate < result.size(); ++rate) {
    const auto binAt = [&](double place) {
      return std::size_t(std::lround(kSlowestHz * std::exp(step * place) / binHz));
    };
    const std::size_t first = std::max<std::size_t>(1, binAt(double(rate)));
    const std::size_t last = std::max(first + 1, binAt(double(rate) + 1));
    for (std::size_t bin = first; bin < last; ++bin) {
      const double gain = 2 * std::sin(std::numbers::pi * double(bin) / double(kModulationFft));
      const double amplitude = std::sqrt(double(squared(spectrum[bin]))) / gain / (0.25 * double(count));
      result[rate] = std::max(result[rate], float(amplitude));
    }
  }
  return result;
}

void NetworkFeatureExtractor::Plan::findModulation(std::span<const float> mid,
                                                   NetworkFeatures& features) const {
  constexpr std::size_t kGroups = NetworkFeatures::kGroups;
  std::vector<float> powers, centres, power;
  float loudest = 0;
  std::size_t sounding = 0;  // frames until the last that is heard
  std::vector<float> totals;
  for (std::size_t frame = 0; frame < kModulationFrames && frame * kModulationHop < mid.size(); ++frame) {
    modulationFft.power(mid, std::ptrdiff_t(frame * kModulationHop), power);
    float total = 0;
    for (std::size_t group = 0; group < kGroups; ++group) {
      float sum = 0, moment = 0;
      for (std::size_t bin = kGroupEdges[group]; bin < kGroupEdges[group + 1]; ++bin) {
        sum += power[bin];
        moment += power[bin] * (float(bin) + 0.5f);
      }
      powers.push_back(sum);
      centres.push_back(sum > kLeastPower ? moment / sum : 0);
      total += sum;
    }
    totals.push_back(total);
    loudest = std::max(loudest, total);
  }
  const float floor = std::max(kLeastPower, loudest * std::pow(10.0f, -kModulationRangeDb / 10));
  for (std::size_t frame = 0; frame < totals.size(); ++frame)
    if (totals[frame] > floor) sounding = frame + 1;
  features.modulation.assign(kGroups * 2 * NetworkFeatures::kRates, 0);
  if (sounding < kFewestModulationFrames) return;
  std::vector<float> levels(sounding), pitches(sounding);
  for (std::size_t group = 0; group < kGroups; ++group) {
    float pitch = 0;  // of the last frame that was heard
    bool heard = false;
    for (std::size_t frame = 0; frame < sounding; ++frame) {
      const std::size_t at = frame * kGroups + group;
      levels[frame] = 10 * std::log10(std::max(powers[at], floor));
      if (powers[at] > floor) {
        pitch = 12 * std::log2(centres[at]);
        if (!heard) std::fill(pitches.begin(), pitches.begin() + std::ptrdiff_t(frame), pitch);
        heard = true;
      }
      pitches[frame] = pitch;
    }
    std::uint8_t* to = features.modulation.data() + group * 2 * NetworkFeatures::kRates;
    const std::vector<float> ofLevel = deviations(levels), ofPitch = deviations(pitches);
    for (std::size_t rate = 0; rate < NetworkFeatures::kRates; ++rate) {
      to[rate] = deviationByte(ofLevel[rate], kMostDb, kSteepDb);
      to[NetworkFeatures::kRates + rate] = deviationByte(ofPitch[rate], kMostSemitones, kSteepSemitones);
    }
  }
}

NetworkFeatureExtractor::NetworkFeatureExtractor() : plan_(std::make_unique<Plan>()) {}
NetworkFeatureExtractor::~NetworkFeatureExtractor() = default;

NetworkFeatures NetworkFeatureExtractor::operator()(std::span<const float> left,
                                                    std::span<const float> right) const {
  left = left.first(std::min(left.size(), kLongest));
  right = right.first(left.size());
  // What is silent at the end costs nothing.
  while (!left.empty() && left.back() == 0 && right[left.size() - 1] == 0) left = left.first(left.size() - 1);
  right = right.first(left.size());
  std::vector<float> mid(left.size()), side;
  for (std::size_t i = 0; i < mid.size(); ++i) mid[i] = 0.5f * (left[i] + right[i]);
  if (!std::equal(left.begin(), left.end(), right.begin())) {
    side.resize(left.size());
    for (std::size_t i = 0; i < side.size(); ++i) side[i] = 0.5f * (left[i] - right[i]);
  }
  NetworkFeatures features;
  plan_->paint(mid, side, features);
  plan_->follow(left, right, features);
  plan_->findModulation(mid, features);
  return features;
}

namespace {

/// The columns, in their order in a shard.
enum Place { kPicture, kEnvelope, kModulation, kLevel };

}  // namespace

std::vector<Column> networkFeatureColumns() {
  return {{"picture", ColumnType::bytes, NetworkFeatures::kFrames * NetworkFeatures::kFrameValues},
          {"envelope", ColumnType::bytes, NetworkFeatures::kEnvelopeSteps},
          {"modulation", ColumnType::bytes, NetworkFeatures::kGroups * 2 * NetworkFeatures::kRates},
          {"level", ColumnType::floats, 2}};
}

NetworkFeaturesView networkFeaturesOf(const ExampleView& example) {
  return {example.bytes(kPicture), example.bytes(kEnvelope), example.bytes(kModulation),
          example.floats(kLevel)};
}

std::vector<std::span<const std::byte>> networkFeatureBytes(const NetworkFeatures& features) {
  return {std::as_bytes(std::span(features.picture)), std::as_bytes(std::span(features.envelope)),
          std::as_bytes(std::span(features.modulation)), std::as_bytes(std::span(features.level))};
}

}  // namespace patchpilot
