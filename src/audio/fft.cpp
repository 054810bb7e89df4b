#include "audio/fft.h"

#include <fftw3.h>

#include <map>
#include <memory>
#include <mutex>
#include <type_traits>
#include <vector>

#include "base/error.h"

namespace patchpilot {
namespace {

fftwf_plan makePlan(std::size_t size, float*) {
  std::vector<float> samples(size);
  std::vector<std::complex<float>> spectrum(size / 2 + 1);
  // Unaligned, because callers pass whatever memory they have.
  return fftwf_plan_dft_r2c_1d(static_cast<int>(size), samples.data(),
                               reinterpret_cast<fftwf_complex*>(spectrum.data()),
                               FFTW_ESTIMATE | FFTW_UNALIGNED | FFTW_PRESERVE_INPUT);
}

fftw_plan makePlan(std::size_t size, double*) {
  std::vector<double> samples(size);
  std::vector<std::complex<double>> spectrum(size / 2 + 1);
  return fftw_plan_dft_r2c_1d(static_cast<int>(size), samples.data(),
                              reinterpret_cast<fftw_complex*>(spectrum.data()),
                              FFTW_ESTIMATE | FFTW_UNALIGNED | FFTW_PRESERVE_INPUT);
}

/// FFTW's planner is not thread-safe, and nothing says that those of two precisions share nothing; executing
/// a plan is.
std::mutex& planner() {
  static std::mutex mutex;
  return mutex;
}

struct DestroyPlan {
  void operator()(fftwf_plan plan) const { fftwf_destroy_plan(plan); }
  void operator()(fftw_plan plan) const { fftw_destroy_plan(plan); }
};

template <typename Sample>
auto cachedPlan(std::size_t size) {
  using Plan = std::remove_pointer_t<decltype(makePlan(size, static_cast<Sample*>(nullptr)))>;
  static std::map<std::size_t, std::unique_ptr<Plan, DestroyPlan>> plans;
  const std::lock_guard lock(planner());
  auto& plan = plans[size];
  if (!plan && size > 0) plan.reset(makePlan(size, static_cast<Sample*>(nullptr)));
  if (!plan) throw Error(ExitCode::internal, fmt::format("no FFT of size {}", size));
  return plan.get();
}

}  // namespace

RealFft::RealFft(std::size_t size) : size_(size), plan_(cachedPlan<float>(size)) {}

void RealFft::forward(const float* samples, std::complex<float>* spectrum) const {
  fftwf_execute_dft_r2c(plan_, const_cast<float*>(samples), reinterpret_cast<fftwf_complex*>(spectrum));
}

PreciseRealFft::PreciseRealFft(std::size_t size) : size_(size), plan_(cachedPlan<double>(size)) {}

void PreciseRealFft::forward(const double* samples, std::complex<double>* spectrum) const {
  fftw_execute_dft_r2c(plan_, const_cast<double*>(samples), reinterpret_cast<fftw_complex*>(spectrum));
}

}  // namespace patchpilot
