// What does the distance of one more render cost, by each metric and by all four, and how much of that
// is the FFTs themselves?
#include <benchmark/benchmark.h>

#include <cstdint>

#include "bare_ffts.h"
#include "features/metrics.h"

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

/// The FFTs that a metric needs of one sound, by FFTW (FftwTransforms) or by our own (BatchTransforms).
template <class Ffts, auto transformsOf>
void BM_bareFfts(benchmark::State& state) {
  Ffts ffts(transformsOf(kSamples));
  for (auto _ : state) {
    ffts.run();
    benchmark::ClobberMemory();
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
#undef PATCHPILOT_BENCH

#define PATCHPILOT_BENCH(ffts, transforms) \
  BENCHMARK(BM_bareFfts<ffts, transforms>)->Unit(benchmark::kMicrosecond)
PATCHPILOT_BENCH(FftwTransforms, mssTransforms);
PATCHPILOT_BENCH(FftwTransforms, wmfccTransforms);
PATCHPILOT_BENCH(FftwTransforms, sotTransforms);
PATCHPILOT_BENCH(FftwTransforms, allTransforms);
PATCHPILOT_BENCH(BatchTransforms, mssTransforms);
PATCHPILOT_BENCH(BatchTransforms, wmfccTransforms);
PATCHPILOT_BENCH(BatchTransforms, sotTransforms);
PATCHPILOT_BENCH(BatchTransforms, allTransforms);

}  // namespace
