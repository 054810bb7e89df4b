// Known ground: sums of sawtooths, whose parameters may change places with no change of sound (the toy task
// of Hayes, Saitis and Fazekas 2025). Trains each network that proposes patches on it and prints how near its
// answers come, as a table.
//
//   bench_known_ground [OSCILLATORS [STEPS]]
#include "base/random.h"
#include "models/network_module.h"
#include "networks/assignment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace patchpilot;

constexpr std::size_t kSamples = 512, kBins = 128, kRows = 128, kTargets = 200, kAnswers = 16;
constexpr double kLeastCycles = 4, kMostCycles = 40;  ///< of a sawtooth in the window

/// Parameters of an oscillator: frequency (logarithmic) and amplitude, both from -1 to 1.
constexpr std::size_t kParameters = 2;

/// Log-magnitudes of a sum of band-limited sawtooths under a Hann window, in tens of dB about.
std::vector<float> spectrumOf(const float* vector, std::size_t oscillators) {
  static const std::vector<float> hann = [] {
    std::vector<float> all(kSamples);
    for (std::size_t i = 0; i < kSamples; ++i)
      all[i] = float(0.5 - 0.5 * std::cos(2 * M_PI * double(i) / kSamples));
    return all;
  }();
  static const std::vector<std::complex<float>> turns = [] {
    std::vector<std::complex<float>> all(kBins * kSamples);
    for (std::size_t bin = 0; bin < kBins; ++bin)
      for (std::size_t i = 0; i < kSamples; ++i)
        all[bin * kSamples + i] = std::polar(1.0f, float(-2 * M_PI * double(bin * i % kSamples) / kSamples));
    return all;
  }();
  std::vector<float> sound(kSamples, 0.0f);
  for (std::size_t o = 0; o < oscillators; ++o) {
    const double cycles = kLeastCycles * std::pow(kMostCycles / kLeastCycles,
                                                  0.5 * (std::clamp(vector[o * 2], -1.0f, 1.0f) + 1));
    const double amplitude = 0.1 + 0.45 * (std::clamp(vector[o * 2 + 1], -1.0f, 1.0f) + 1);
    for (std::size_t h = 1; double(h) * cycles < double(kBins); ++h) {
      const std::complex<double> step = std::polar(1.0, 2 * M_PI * double(h) * cycles / kSamples);
      std::complex<double> turn = 1;
      for (float& value : sound) {
        value += float(amplitude / double(h) * turn.imag());
        turn *= step;
      }
    }
  }
  std::vector<float> spectrum(kBins);
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    float real = 0, imaginary = 0;
    const std::complex<float>* turn = &turns[bin * kSamples];
    for (std::size_t i = 0; i < kSamples; ++i) {
      real += sound[i] * hann[i] * turn[i].real();
      imaginary += sound[i] * hann[i] * turn[i].imag();
    }
    spectrum[bin] = std::log10(std::hypot(real, imaginary) + 0.1f);
  }
  return spectrum;
}

class Ground {
 public:
  explicit Ground(std::size_t oscillators) : oscillators_(oscillators), width_(oscillators * kParameters) {}

  std::size_t width() const { return width_; }

  std::vector<float> draw(SplitMix64& random) const {
    std::vector<float> vector(width_);
    for (float& value : vector) value = float(2 * random.uniform() - 1);
    return vector;
  }

  Batch batch(std::size_t rows, std::uint64_t seed) const {
    SplitMix64 random(seed);
    Tensor picture{{std::int64_t(rows), 1, std::int64_t(kBins), 1}, {}},
        globals{{std::int64_t(rows), 1, 1, 1}, {}},
        vectors{{std::int64_t(rows), std::int64_t(width_), 1, 1}, {}}, mask = vectors;
    for (std::size_t row = 0; row < rows; ++row) {
      const std::vector<float> vector = draw(random), spectrum = spectrumOf(vector.data(), oscillators_);
      vectors.values.insert(vectors.values.end(), vector.begin(), vector.end());
      picture.values.insert(picture.values.end(), spectrum.begin(), spectrum.end());
    }
    globals.values.assign(rows, 0.0f);
    mask.values.assign(rows * width_, 1.0f);
    return Batch({picture, globals, vectors, mask});
  }

  /// Mean absolute error of the parameters when oscillators are paired so that it is the least.
  double parameterError(const float* a, const float* b) const {
    std::vector<double> costs;
    for (std::size_t i = 0; i < oscillators_; ++i)
      for (std::size_t j = 0; j < oscillators_; ++j) {
        double sum = 0;
        for (std::size_t k = 0; k < kParameters; ++k)
          sum += std::abs(std::clamp(a[i * kParameters + k], -1.0f, 1.0f) - b[j * kParameters + k]);
        costs.push_back(sum / double(width_));
      }
    const auto columns = leastAssignment(costs.data(), std::int64_t(oscillators_));
    double error = 0;
    for (std::size_t i = 0; i < oscillators_; ++i) error += costs[i * oscillators_ + std::size_t(columns[i])];
    return error;
  }

  /// Mean absolute difference of the spectra, in dB.
  double spectralError(const float* answer, const float* spectrum) const {
    const std::vector<float> own = spectrumOf(answer, oscillators_);
    double sum = 0;
    for (std::size_t i = 0; i < kBins; ++i) sum += 20 * std::abs(own[i] - spectrum[i]) / double(kBins);
    return sum;
  }

  /// Prints a row of the table. @param answers  kTargets x `each` x width
  void report(const std::string& name, const std::vector<float>& answers, std::size_t each,
              double seconds) const {
    const Batch targets = batch(kTargets, kTargetSeed);
    double parameters = 0, first = 0, best = 0;
    for (std::size_t t = 0; t < kTargets; ++t) {
      const float* spectrum = &targets.tensors()[0].values[t * kBins];
      double least = 1e9;
      for (std::size_t i = 0; i < each; ++i) {
        const float* answer = &answers[(t * each + i) * width_];
        const double error = spectralError(answer, spectrum);
        if (i == 0) {
          first += error / kTargets;
          parameters += parameterError(answer, &targets.tensors()[2].values[t * width_]) / kTargets;
        }
        least = std::min(least, error);
      }
      best += least / kTargets;
    }
    fmt::print("| {} | {:.3f} | {:.2f} | {} | {:.0f} |\n", name, parameters, first,
               each > 1 ? fmt::format("{:.2f}", best) : "", seconds);
    std::fflush(stdout);
  }

  void train(const std::string& title, const std::string& network, const std::string& loss, int steps,
             std::vector<Setting> sizes) const {
    std::string sections;
    for (std::size_t o = 0; o < oscillators_; ++o)
      sections +=
          fmt::format("{}{}-{}", o == 0 ? "" : "=", o * kParameters, o * kParameters + kParameters - 1);
    const std::string bins = std::to_string(kBins), width = std::to_string(width_);
    for (const Setting& size : {Setting{"bands", bins.c_str()},
                                {"vector", width.c_str()},
                                {"sections", sections.c_str()},
                                {"mixer_blocks", "3"},
                                {"encoding", "256"}})
      sizes.push_back(size);
    FitOptions fit;
    fit.steps = steps;
    fit.rate = 2e-3;
    fit.clip = 1;
    fit.average = 0.995;
    const std::unique_ptr<Trainer> trainer(
        networkModule().makeTrainer({network.c_str(), sizes, loss.c_str(), fit}));
    trainer->prepare(batch(1000, 1).view());
    const std::clock_t begin = std::clock();
    for (int i = 0; i < steps; ++i) trainer->step(batch(kRows, std::uint64_t(kFirstSeed + i)).view());
    const double seconds = double(std::clock() - begin) / CLOCKS_PER_SEC;
    SampleOptions options;
    options.count = loss == "regression" ? 1 : std::int64_t(kAnswers);
    std::vector<float> answers(kTargets * std::size_t(options.count) * width_);
    trainer->sample(batch(kTargets, kTargetSeed).view(), options, answers);
    report(title, answers, std::size_t(options.count), seconds);
  }

  /// Patches that know nothing of the sound.
  void random() const {
    SplitMix64 random(3);
    std::vector<float> answers;
    for (std::size_t i = 0; i < kTargets * kAnswers; ++i) {
      const std::vector<float> one = draw(random);
      answers.insert(answers.end(), one.begin(), one.end());
    }
    report("random patches", answers, kAnswers, 0);
  }

 private:
  static constexpr std::uint64_t kTargetSeed = 2, kFirstSeed = 1000;

  std::size_t oscillators_, width_;
};

}  // namespace

int main(int argc, char** argv) {
  const int oscillators = argc > 1 ? std::atoi(argv[1]) : 4, steps = argc > 2 ? std::atoi(argv[2]) : 2000;
  if (oscillators < 1 || oscillators > 32 || steps < 1) {
    fmt::print(stderr, "usage: bench_known_ground [OSCILLATORS (1 to 32) [STEPS]]\n");
    return 2;
  }
  const Ground ground{std::size_t(oscillators)};
  fmt::print("{} oscillators, {} steps of {} sounds, {} targets\n\n", oscillators, steps, kRows, kTargets);
  fmt::print("| network | parameters | spectrum, dB: 1 answer | best of {} | seconds |\n", kAnswers);
  fmt::print("| --- | --- | --- | --- | --- |\n");
  ground.random();
  ground.train("point regression", "regression-mlp", "regression", steps, {});
  ground.train("point regression, best assignment", "regression-mlp", "regression", steps,
               {{"assign", "best"}});
  const std::vector<Setting> field = {{"hidden", "256"}, {"layers", "4"}},
                             tokens = {{"hidden", "64"}, {"layers", "3"}, {"token_mlp", "128"}};
  ground.train("flow, residual MLP", "flow-mlp", "flow", steps, field);
  std::vector<Setting> param2tok = tokens;
  param2tok.push_back({"tokens", "8"});
  ground.train("flow, Param2Tok", "flow-param2tok", "flow", steps, param2tok);
  ground.train("flow, sections (equivariant)", "flow-sections", "flow", steps, tokens);
  return 0;
}
