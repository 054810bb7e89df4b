#include "audio/inverse_fft.h"

#include <vector>

namespace patchpilot {

void inverseTransform(const RealFft& fft, std::span<const std::complex<float>> spectrum,
                      std::span<float> samples) {
  const std::size_t size = fft.size();
  // The samples are real, so a forward transform of the spectrum's Hartley form (Re - Im) inverts it.
  thread_local std::vector<float> hartley;
  thread_local std::vector<std::complex<float>> back;
  hartley.resize(size);
  back.resize(fft.bins());
  hartley[0] = spectrum[0].real();
  for (std::size_t k = 1; k < size / 2; ++k) {
    hartley[k] = spectrum[k].real() - spectrum[k].imag();
    hartley[size - k] = spectrum[k].real() + spectrum[k].imag();
  }
  hartley[size / 2] = spectrum[size / 2].real();
  fft.forward(hartley.data(), back.data());
  for (std::size_t i = 0; i <= size / 2; ++i) samples[i] = (back[i].real() - back[i].imag()) / float(size);
  for (std::size_t i = size / 2 + 1; i < size; ++i)
    samples[i] = (back[size - i].real() + back[size - i].imag()) / float(size);
}

}  // namespace patchpilot
