#include "audio/fft.h"

#include <fftw3.h>

#include <map>
#include <mutex>
#include <vector>

#include "base/error.h"

namespace patchpilot {
namespace {

fftwf_plan makePlan(std::size_t size) {
  std::vector<float> samples(size);
  std::vector<std::complex<float>> spectrum(size / 2 + 1);
  // Unaligned, because callers pass whatever memory they have.
  return fftwf_plan_dft_r2c_1d(static_cast<int>(size), samples.data(),
                               reinterpret_cast<fftwf_complex*>(spectrum.data()),
                               FFTW_ESTIMATE | FFTW_UNALIGNED | FFTW_PRESERVE_INPUT);
}

/// FFTW's planner is not thread-safe; executing a plan is.
fftwf_plan cachedPlan(std::size_t size) {
  static std::mutex mutex;
  static std::map<std::size_t, fftwf_plan> plans;
  const std::lock_guard lock(mutex);
  const auto [entry, isNew] = plans.try_emplace(size, nullptr);
  if (isNew) entry->second = makePlan(size);
  return entry->second;
}

}  // namespace

RealFft::RealFft(std::size_t size) : size_(size), plan_(size > 0 ? cachedPlan(size) : nullptr) {
  if (plan_ == nullptr) throw Error(ExitCode::internal, fmt::format("no FFT of size {}", size));
}

void RealFft::forward(const float* samples, std::complex<float>* spectrum) const {
  fftwf_execute_dft_r2c(plan_, const_cast<float*>(samples), reinterpret_cast<fftwf_complex*>(spectrum));
}

}  // namespace patchpilot
