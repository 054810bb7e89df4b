// What does the distance of one more render cost, by each metric and by all four, and how much of that
// is the FFTs themselves?
#include <benchmark/benchmark.h>

#include <complex>
#include <cstdint>
#include <vector>

#include "audio/fft.h"
#include "features/batch_fft.h"
#include "features/metrics.h"
#include "features/stft.h"

using namespace patchpilot;

namespace {

constexpr std::size_t kSamples = std::size_t(4 * kSampleRateHz);

/// 4 s of stereo noise, the length of every target of the published benchmark.
AudioBuffer noise(std::uint32_t seed) {
  AudioBuffer sound(2, kSamples);
  for (float& sample : sound.samples()) {
    seed = seed * 1664525u + 1013904223u;
    sample = float(seed >> 8) / float(1 << 24) - 0.5f;
  }
  return sound;
}

/// One metric: what it makes of a sound, and of two.
struct Mss {
  static auto prepare(const AudioBuffer& sound) { return mssSpectrum(sound); }
  static auto compare(const MssSpectrum& a, const MssSpectrum& b) { return mss(a, b); }
};
struct Wmfcc {
  static auto prepare(const AudioBuffer& sound) { return mfccSequence(sound); }
  static auto compare(const MfccSequence& a, const MfccSequence& b) { return wmfcc(a, b); }
};
struct Sot {
  static auto prepare(const AudioBuffer& sound) { return spectralMass(sound); }
  static auto compare(const SpectralMass& a, const SpectralMass& b) { return sot(a, b); }
};
struct Rms {
  static auto prepare(const AudioBuffer& sound) { return rmsEnvelope(sound); }
  static auto compare(const RmsEnvelope& a, const RmsEnvelope& b) { return rmsSimilarity(a, b); }
};
struct AllFour {
  static auto prepare(const AudioBuffer& sound) { return soundFeatures(sound); }
  static auto compare(const SoundFeatures& a, const SoundFeatures& b) { return distances(a, b); }
};

/// A new render against a prepared target: what a search pays for each render.
template <class Metric>
void BM_render(benchmark::State& state) {
  const auto target = Metric::prepare(noise(1));
  const AudioBuffer render = noise(2);
  for (auto _ : state) benchmark::DoNotOptimize(Metric::compare(Metric::prepare(render), target));
}

/// Both sounds new: what librosa does for every pair.
template <class Metric>
void BM_pair(benchmark::State& state) {
  const AudioBuffer a = noise(1), b = noise(2);
  for (auto _ : state) benchmark::DoNotOptimize(Metric::compare(Metric::prepare(a), Metric::prepare(b)));
}

/// Both prepared: only the comparison.
template <class Metric>
void BM_prepared(benchmark::State& state) {
  const auto a = Metric::prepare(noise(1)), b = Metric::prepare(noise(2));
  for (auto _ : state) benchmark::DoNotOptimize(Metric::compare(a, b));
}

struct Transforms {
  std::size_t size, count;  ///< of real signals
};

std::vector<Transforms> transformsOf(Mss) {
  std::vector<Transforms> all;
  for (const auto& scale : MssSpectrum::kScales) {
    all.push_back({scale.window, kChannels * centredFrames(kSamples, scale.window, scale.hop)});
  }
  return all;
}
std::vector<Transforms> transformsOf(Wmfcc) { return {{2205, kChannels * centredFrames(kSamples, 2205, 441)}}; }
std::vector<Transforms> transformsOf(Sot) { return {{2205, centredFrames(kSamples, 2205, 882)}}; }
std::vector<Transforms> transformsOf(AllFour) {
  std::vector<Transforms> all = transformsOf(Mss());
  for (const auto& more : {transformsOf(Wmfcc()), transformsOf(Sot())}) all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// Nothing but FFTW's transforms of the same sizes and number, one after the other in the cache.
template <class Metric>
void BM_fftw(benchmark::State& state) {
  std::vector<float> in(4410, 0.5f);
  std::vector<std::complex<float>> out(in.size());
  for (auto _ : state) {
    for (const auto [size, count] : transformsOf(Metric())) {
      const RealFft fft(size);
      for (std::size_t i = 0; i < count; ++i) fft.forward(in.data(), out.data());
      benchmark::DoNotOptimize(out.data());
    }
  }
}

/// The same by our own BatchFft, which takes 2 kLanes real signals at once.
template <class Metric>
void BM_batchFft(benchmark::State& state) {
  std::vector<ComplexLanes> data(4410), scratch(4410);
  const std::vector<Transforms> transforms = transformsOf(Metric());
  std::vector<BatchFft> ffts;  // their tables are made once in a program's life
  for (const auto& [size, count] : transforms) ffts.emplace_back(size);
  for (auto _ : state) {
    for (std::size_t which = 0; which < ffts.size(); ++which) {
      for (std::size_t i = 0; i < transforms[which].count; i += 2 * kLanes) {
        benchmark::DoNotOptimize(ffts[which].transform(data.data(), scratch.data()));
      }
    }
  }
}

#define PATCHPILOT_BENCH(what, metric) BENCHMARK(BM_##what<metric>)->Unit(benchmark::kMicrosecond)
PATCHPILOT_BENCH(render, Mss);
PATCHPILOT_BENCH(render, Wmfcc);
PATCHPILOT_BENCH(render, Sot);
PATCHPILOT_BENCH(render, Rms);
PATCHPILOT_BENCH(render, AllFour);
PATCHPILOT_BENCH(pair, Mss);
PATCHPILOT_BENCH(pair, AllFour);
PATCHPILOT_BENCH(prepared, Mss);
PATCHPILOT_BENCH(prepared, Wmfcc);
PATCHPILOT_BENCH(prepared, Sot);
PATCHPILOT_BENCH(prepared, Rms);
PATCHPILOT_BENCH(prepared, AllFour);
PATCHPILOT_BENCH(fftw, Mss);
PATCHPILOT_BENCH(fftw, Wmfcc);
PATCHPILOT_BENCH(fftw, Sot);
PATCHPILOT_BENCH(fftw, AllFour);
PATCHPILOT_BENCH(batchFft, Mss);
PATCHPILOT_BENCH(batchFft, Wmfcc);
PATCHPILOT_BENCH(batchFft, Sot);
PATCHPILOT_BENCH(batchFft, AllFour);

}  // namespace
