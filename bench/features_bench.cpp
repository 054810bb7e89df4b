// What does the distance of one more render cost, and how much of that is the FFTs themselves?
#include <benchmark/benchmark.h>

#include <complex>
#include <cstdint>

#include "audio/fft.h"
#include "features/mss.h"
#include "features/stft.h"

using namespace patchpilot;

namespace {

/// 4 s of stereo noise, the length of every target of the published benchmark.
AudioBuffer noise(std::uint32_t seed) {
  AudioBuffer sound(2, std::size_t(4 * kSampleRateHz));
  for (float& sample : sound.samples()) {
    seed = seed * 1664525u + 1013904223u;
    sample = float(seed >> 8) / float(1 << 24) - 0.5f;
  }
  return sound;
}

/// A new render against a prepared target: what a search pays for each render.
void BM_mssOfRender(benchmark::State& state) {
  const MssSpectrum target = mssSpectrum(noise(1));
  const AudioBuffer render = noise(2);
  for (auto _ : state) benchmark::DoNotOptimize(mss(mssSpectrum(render), target));
}
BENCHMARK(BM_mssOfRender)->Unit(benchmark::kMicrosecond);

/// Both sounds new: what librosa does for every pair.
void BM_mssOfPair(benchmark::State& state) {
  const AudioBuffer a = noise(1), b = noise(2);
  for (auto _ : state) benchmark::DoNotOptimize(mss(mssSpectrum(a), mssSpectrum(b)));
}
BENCHMARK(BM_mssOfPair)->Unit(benchmark::kMicrosecond);

/// Nothing but FFTW's transforms of the same sizes and number, one after the other in the cache.
void BM_bareFfts(benchmark::State& state) {
  const std::size_t samples = std::size_t(4 * kSampleRateHz);
  std::vector<float> in(4410, 0.5f);
  std::vector<std::complex<float>> out(in.size());
  for (auto _ : state) {
    for (const auto& scale : MssSpectrum::kScales) {
      const RealFft fft(scale.window);
      const std::size_t count = 2 * centredFrames(samples, scale.window, scale.hop);
      for (std::size_t i = 0; i < count; ++i) fft.forward(in.data(), out.data());
      benchmark::DoNotOptimize(out.data());
    }
  }
}
BENCHMARK(BM_bareFfts)->Unit(benchmark::kMicrosecond);

void BM_mssOfPrepared(benchmark::State& state) {
  const MssSpectrum a = mssSpectrum(noise(1)), b = mssSpectrum(noise(2));
  for (auto _ : state) benchmark::DoNotOptimize(mss(a, b));
}
BENCHMARK(BM_mssOfPrepared)->Unit(benchmark::kMicrosecond);

}  // namespace
