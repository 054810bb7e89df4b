// Times the metrics of two sound files, one request a line on stdin, so that another program can time its own
// in between: tools/metrics/speed.py. Answers with seconds of processor time, the mean over kRepeats, and the
// values.
//   mss-pair  mss-render  all-pair  all-render  mss-fftw  all-fftw  mss-batch-fft  all-batch-fft
#include <fmt/format.h>

#include <ctime>
#include <functional>
#include <iostream>
#include <map>
#include <string>

#include "audio/file.h"
#include "bare_ffts.h"
#include "features/metrics.h"

namespace patchpilot {
namespace {

constexpr int kRepeats = 5;

double seconds(const std::function<void()>& work) {
  const std::clock_t begin = std::clock();
  for (int i = 0; i < kRepeats; ++i) work();
  return double(std::clock() - begin) / CLOCKS_PER_SEC / kRepeats;
}

void answer(const AudioBuffer& a, const AudioBuffer& b) {
  const SoundFeatures target = soundFeatures(b);
  FftwTransforms mssFftw(mssTransforms(a.frames())), allFftw(allTransforms(a.frames()));
  BatchTransforms mssBatch(mssTransforms(a.frames())), allBatch(allTransforms(a.frames()));
  Distances values;
  const std::map<std::string, std::function<void()>> jobs{
      {"mss-pair", [&] { values.mss = mss(mssSpectrum(a), mssSpectrum(b)); }},
      {"mss-render", [&] { values.mss = mss(mssSpectrum(a), target.mss); }},
      {"all-pair", [&] { values = distances(soundFeatures(a), soundFeatures(b)); }},
      {"all-render", [&] { values = distances(soundFeatures(a), target); }},
      {"mss-fftw", [&] { mssFftw.run(); }},
      {"all-fftw", [&] { allFftw.run(); }},
      {"mss-batch-fft", [&] { mssBatch.run(); }},
      {"all-batch-fft", [&] { allBatch.run(); }},
  };
  for (std::string name; std::getline(std::cin, name);) {
    const double taken = seconds(jobs.at(name));
    fmt::print("{:.9f} {:.9g} {:.9g} {:.9g} {:.9g}\n", taken, values.mss, values.wmfcc, values.sot,
               values.rms);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace patchpilot

int main(int count, char** arguments) {
  using namespace patchpilot;
  if (count != 3) {
    fmt::print(stderr, "usage: bench_metrics A.wav B.wav <REQUESTS\n");
    return 2;
  }
  try {
    answer(readSound(arguments[1]).sound, readSound(arguments[2]).sound);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_metrics: {}\n", error.what());
    return 1;
  }
}
