#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace patchpilot {

/// A 16-bit float (IEEE 754 binary16) as a 32-bit one, exactly.
inline float halfToFloat(std::uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const float fraction = float(half & 1023);
  float value = 0;
  if (exponent == 0) value = std::ldexp(fraction, -24);
  else if (exponent < 31) value = std::ldexp(1024 + fraction, exponent - 25);
  else value = fraction == 0 ? INFINITY : NAN;
  return half & 0x8000 ? -value : value;
}

/// The nearest 16-bit float, to even where two are as near; infinity beyond 65520.
inline std::uint16_t floatToHalf(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = std::uint16_t((bits >> 16) & 0x8000);
  const std::uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return std::uint16_t(sign | 0x7e00);
  if (magnitude >= 0x477ff000) return std::uint16_t(sign | 0x7c00);
  if (magnitude <
      0x38800000)  // below the least normal one: multiples of 2^-24, rounded to even as the processor does
    return std::uint16_t(sign |
                         std::uint16_t(std::nearbyint(std::ldexp(std::bit_cast<float>(magnitude), 24))));
  const std::uint32_t rounded = magnitude + 0xfff + ((magnitude >> 13) & 1);
  return std::uint16_t(sign | ((rounded - 0x38000000) >> 13));
}

}  // namespace patchpilot
