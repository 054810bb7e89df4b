#pragma once

#include <complex>
#include <cstddef>

struct fftwf_plan_s;
struct fftw_plan_s;

namespace patchpilot {

/// Forward FFT of real samples, of any size, by FFTW in single precision.
/// Plans are made once for each size and kept for the life of the program; they are made by
/// FFTW's estimate and not by measuring, so the same input gives the same bits in every run.
/// Cheap to construct and to copy; safe to use from several threads at once.
class RealFft {
 public:
  /// @param size number of samples, at least 1
  explicit RealFft(std::size_t size);

  std::size_t size() const { return size_; }
  std::size_t bins() const { return size_ / 2 + 1; }

  /// @param samples size() values; they are left as they are
  /// @param spectrum bins() values, unscaled: bin k is the sum of x[t] exp(-2 pi i k t / size)
  void forward(const float* samples, std::complex<float>* spectrum) const;

 private:
  std::size_t size_;
  fftwf_plan_s* plan_;
};

/// The same in double precision, for what is to be right 140 dB below a spectrum's loudest bin.
class PreciseRealFft {
 public:
  explicit PreciseRealFft(std::size_t size);

  std::size_t size() const { return size_; }
  std::size_t bins() const { return size_ / 2 + 1; }
  void forward(const double* samples, std::complex<double>* spectrum) const;

 private:
  std::size_t size_;
  fftw_plan_s* plan_;
};

}  // namespace patchpilot
