#include "audio/fft.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace patchpilot {
namespace {

template <typename Fft, typename Sample>
void expectSumInBinZero(std::size_t size) {
  const Fft fft(size);
  const std::vector<Sample> ones(size, Sample(1));
  std::vector<std::complex<Sample>> spectrum(fft.bins());
  fft.forward(ones.data(), spectrum.data());
  EXPECT_NEAR(spectrum[0].real(), double(size), 1e-3 * double(size)) << size;
  for (std::size_t bin = 1; bin < fft.bins(); ++bin)
    EXPECT_NEAR(std::abs(spectrum[bin]), 0, 1e-3 * double(size)) << size;
}

/// Plans of both precisions, of sizes that nothing has asked for before, some of them by several threads.
TEST(Fft, ManyThreadsMayPlanAtOnce) {
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < 8; ++thread)
    threads.emplace_back([thread] {
      for (std::size_t size = 30 + thread / 2; size < 400; size += 7) {
        expectSumInBinZero<RealFft, float>(size);
        expectSumInBinZero<PreciseRealFft, double>(size);
      }
    });
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace patchpilot
