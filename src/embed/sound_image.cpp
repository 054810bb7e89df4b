#include "embed/sound_image.h"

#include "audio/frames.h"
#include "audio/level.h"
#include "features/stft.h"

#include <algorithm>
#include <cmath>
#include <complex>

namespace patchpilot {

namespace {

constexpr std::size_t kMelFft = 2048, kKeyFft = 8192;
constexpr float kImageFloorDb = -80.0f;

/// Where each stretch of the mel part ends, how long its slots are, in seconds, and how far apart its windows
/// lie, in frames.
struct ImageStretch {
  double end, slot;
  std::size_t hop;
};
constexpr std::array<ImageStretch, 5> kImageStretches{
    {{0.1, 0.025, 551}, {0.3, 0.05, 1102}, {0.7, 0.1, 2205}, {2.1, 0.2, 2940}, {4.0, 0.38, 4190}}};

/// Where the windows of the keys begin, in seconds.
constexpr std::array<double, SoundImage::kKeySlots> kKeyTimes{0, 0.1, 0.3, 0.7, 1.2, 1.8, 2.5, 3.3};

/// Where the stretches of the width end, in seconds.
constexpr std::array<double, SoundImage::kWidthStretches> kWidthEnds{0.1, 0.5, 1.5, 4};

/// The envelope's steps: how many, and how long, in seconds.
struct Steps {
  std::size_t count;
  double seconds;
};
constexpr std::array<Steps, 3> kSteps{{{16, 0.008}, {16, 0.032}, {32, 0.105}}};

/// Power to 0..1, in place: 1 for the loudest of them, 0 for 80 dB less.
void toDecibels(std::span<float> values) {
  const float loudest = std::max(1e-20f, *std::max_element(values.begin(), values.end()));
  for (float& value : values)
    value = std::max(0.0f, 1 - 10 * std::log10(std::max(value, 1e-20f) / loudest) / kImageFloorDb);
}

/// A filter for each key, a semitone to either side, and never narrower than one and a half bins: what sounds
/// at low keys is spread over more.
std::vector<MelFilterbank::Band> keyFilters() {
  std::vector<MelFilterbank::Band> filters;
  const double binHz = kSampleRateHz / double(kKeyFft);
  for (std::size_t key = 0; key < SoundImage::kKeys; ++key) {
    const double hz = 440 * std::exp2((double(key + SoundImage::kLowestKey) - 69) / 12);
    const double reach = std::max(hz * (std::exp2(1.0 / 12) - 1), 1.5 * binHz);
    MelFilterbank::Band filter{std::size_t(std::max(1.0, std::ceil((hz - reach) / binHz))), {}};
    float sum = 0;
    for (std::size_t bin = filter.firstBin; double(bin) * binHz < hz + reach && bin <= kKeyFft / 2; ++bin) {
      filter.weights.push_back(float(1 - std::abs(double(bin) * binHz - hz) / reach));
      sum += filter.weights.back();
    }
    for (float& weight : filter.weights) weight /= std::max(sum, 1e-6f);
    filters.push_back(std::move(filter));
  }
  return filters;
}

}  // namespace

/// A sound's sum and difference of channels; the difference is left out where it is nothing.
struct SoundImage::Sound {
  std::span<const float> left, right;
  bool mono;

  /// Adds the power of both channels' windowed frames.
  void addPower(const RealFft& fft, const std::vector<float>& window, std::size_t first,
                std::vector<float>& power) const {
    if (first >= left.size()) return;
    const std::size_t frames = std::min(window.size(), left.size() - first);
    std::vector<float> samples(window.size());
    std::vector<std::complex<float>> spectrum(fft.bins());
    for (const float sign : {1.0f, -1.0f}) {
      if (sign < 0 && mono) continue;
      for (std::size_t i = 0; i < frames; ++i)
        samples[i] = (left[first + i] + sign * right[first + i]) * window[i];
      fft.forward(samples.data(), spectrum.data());
      const float* parts = reinterpret_cast<const float*>(spectrum.data());
      for (std::size_t bin = 0; bin < power.size(); ++bin)
        power[bin] += parts[2 * bin] * parts[2 * bin] + parts[2 * bin + 1] * parts[2 * bin + 1];
    }
  }

  std::span<const float> part(std::span<const float> channel, std::size_t begin, std::size_t end) const {
    begin = std::min(begin, channel.size());
    return channel.subspan(begin, std::min(end, channel.size()) - begin);
  }
};

SoundImage::SoundImage()
    : melFft_(kMelFft),
      keyFft_(kKeyFft),
      melWindow_(periodicHann(kMelFft)),
      keyWindow_(periodicHann(kKeyFft)),
      mel_(kSampleRateHz, kMelFft, kMelBands),
      keys_(keyFilters()) {
  std::size_t frame = 0, slot = 0;
  double begin = 0;
  for (const ImageStretch& stretch : kImageStretches) {
    const auto slots = std::size_t(std::llround((stretch.end - begin) / stretch.slot));
    for (; frame < framesOf(stretch.end); frame += stretch.hop) {
      const auto within = std::size_t((double(frame) / kSampleRateHz - begin) / stretch.slot);
      windows_.push_back({frame, slot + std::min(within, slots - 1)});
    }
    slot += slots;
    begin = stretch.end;
  }
}

void SoundImage::operator()(std::span<const float> left, std::span<const float> right,
                            std::span<float> values) const {
  const Sound sound{left, right, std::equal(left.begin(), left.end(), right.begin())};
  std::fill(values.begin(), values.end(), 0.0f);
  paintMel(sound, values.subspan(0, kFirstKey));
  paintKeys(sound, values.subspan(kFirstKey, kKeySlots * kKeys));
  paintEnvelope(sound, values.subspan(kFirstStep, kEnvelopeSteps));
  paintWidth(sound, values.subspan(kFirstWidth, 2 * kWidthStretches));
  melEnvelope_.embed(left, right, values.subspan(kFirstMelEnvelope, kMelEnvelope));
}

void SoundImage::paintMel(const Sound& sound, std::span<float> values) const {
  std::vector<float> power(melFft_.bins());
  for (std::size_t next = 0; next < windows_.size();) {
    const std::size_t slot = windows_[next].slot;
    std::fill(power.begin(), power.end(), 0.0f);
    int count = 0;
    for (; next < windows_.size() && windows_[next].slot == slot; ++next, ++count)
      sound.addPower(melFft_, melWindow_, windows_[next].firstFrame, power);
    for (std::size_t band = 0; band < kMelBands; ++band)
      values[slot * kMelBands + band] = mel_.bands()[band].of(power) / float(count);
  }
  toDecibels(values);
}

void SoundImage::paintKeys(const Sound& sound, std::span<float> values) const {
  std::vector<float> power(keyFft_.bins());
  for (std::size_t slot = 0; slot < kKeySlots; ++slot) {
    std::fill(power.begin(), power.end(), 0.0f);
    sound.addPower(keyFft_, keyWindow_, framesOf(kKeyTimes[slot]), power);
    for (std::size_t key = 0; key < kKeys; ++key) values[slot * kKeys + key] = keys_[key].of(power);
  }
  toDecibels(values);
}

void SoundImage::paintEnvelope(const Sound& sound, std::span<float> values) const {
  double begin = 0;
  std::size_t step = 0;
  for (const Steps& steps : kSteps)
    for (std::size_t i = 0; i < steps.count; ++i, ++step, begin += steps.seconds) {
      const std::size_t from = framesOf(begin), to = framesOf(begin + steps.seconds);
      const float sum =
          sumOfSquares(sound.part(sound.left, from, to)) + sumOfSquares(sound.part(sound.right, from, to));
      values[step] = sum / float(to - from);
    }
  toDecibels(values);
}

void SoundImage::paintWidth(const Sound& sound, std::span<float> values) const {
  std::size_t from = 0;
  for (std::size_t stretch = 0; stretch < kWidthStretches; ++stretch) {
    const std::size_t to = framesOf(kWidthEnds[stretch]);
    const auto left = sound.part(sound.left, from, to), right = sound.part(sound.right, from, to);
    float onLeft = 0, onRight = 0, apart = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
      onLeft += left[i] * left[i];
      onRight += right[i] * right[i];
      apart += (left[i] - right[i]) * (left[i] - right[i]);
    }
    const float both = std::max(onLeft + onRight, 1e-12f);
    values[2 * stretch] = std::min(1.0f, apart / (2 * both));
    values[2 * stretch + 1] = onLeft + onRight > 1e-12f ? onLeft / both : 0.5f;
    from = to;
  }
}

}  // namespace patchpilot
