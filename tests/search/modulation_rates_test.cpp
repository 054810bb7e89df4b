#include "search/modulation_rates.h"

#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace patchpilot {
namespace {

constexpr double kNoteSeconds = 2.2;

/// Ten harmonics that fade, with a level and a pitch that may waver, and a little noise.
MssSpectrum wavering(const std::function<double(double)>& levelDb,
                     const std::function<double(double)>& cents) {
  AudioBuffer sound(2, std::size_t(2.5 * kSampleRateHz));
  SplitMix64 random(1, 0);
  double phase = 0;
  for (std::size_t i = 0; i < sound.frames(); ++i) {
    const double t = double(i) / kSampleRateHz;
    phase += 2 * std::numbers::pi * 220 * std::exp2(cents(t) / 1200) / kSampleRateHz;
    double sample = 0.001 * random.normal();
    for (int harmonic = 1; harmonic <= 10; ++harmonic) sample += 0.1 * std::sin(harmonic * phase) / harmonic;
    sample *= std::pow(10, levelDb(t) / 20) * std::exp(-0.5 * t) * (t < kNoteSeconds ? 1 : 0);
    for (int channel = 0; channel < 2; ++channel) sound.channel(channel)[i] = float(sample);
  }
  return mssSpectrum(sound);
}

double turning(double hertz, double t) { return std::sin(2 * std::numbers::pi * hertz * t); }

TEST(ModulationRates, ATremolosRateIsTheStrongest) {
  for (const double hertz : {1.2, 3.0, 5.3, 11.0}) {
    const auto rates = modulationRates(
        wavering([&](double t) { return 3 * turning(hertz, t); }, [](double) { return 0; }), kNoteSeconds);
    ASSERT_FALSE(rates.empty());
    EXPECT_NEAR(rates.front(), hertz, std::max(0.03 * hertz, 0.1)) << "2 s of it: 0.1 Hz is a fifth of a bin";
  }
}

TEST(ModulationRates, AVibratosRateIsAmongThem) {
  const auto rates = modulationRates(
      wavering([](double) { return 0; }, [](double t) { return 40 * turning(5.3, t); }), kNoteSeconds);
  EXPECT_TRUE(
      std::any_of(rates.begin(), rates.end(), [](double rate) { return std::abs(rate / 5.3 - 1) < 0.03; }));
  EXPECT_LE(rates.size(), 6u);
}

TEST(ModulationRates, OfANoteThatIsTooShortThereAreNone) {
  const auto spectrum = wavering([&](double t) { return 3 * turning(5, t); }, [](double) { return 0; });
  EXPECT_TRUE(modulationRates(spectrum, 0.3).empty());
  EXPECT_TRUE(modulationRates(spectrum, 0).empty());
  EXPECT_TRUE(modulationRates(spectrum, -1).empty());
}

}  // namespace
}  // namespace patchpilot
