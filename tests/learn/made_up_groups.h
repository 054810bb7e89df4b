#pragma once

#include "base/half.h"
#include "base/random.h"
#include "embed/sound_image.h"
#include "learn/sound_groups.h"

#include <cmath>

namespace patchpilot {

/// A group of made-up sounds: three numbers say what a patch is, a condition adds to its image what does not
/// matter, and MSS is how far the three numbers lie apart.
inline SoundGroup madeUpGroup(std::uint64_t seed, std::size_t patches, std::size_t conditions) {
  constexpr std::size_t kNumbers = 3;
  SplitMix64 pattern(7);  // of all groups
  std::vector<float> shapes(kNumbers * SoundImage::kValues), disturbance(SoundImage::kValues);
  for (float& value : shapes) value = float(pattern.normal());
  for (float& value : disturbance) value = float(pattern.normal());
  SplitMix64 random(seed);
  std::vector<double> numbers(patches * kNumbers);
  for (double& number : numbers) number = random.uniform();
  SoundGroup group{patches, conditions, {}, {}, {}};
  for (std::size_t view = 0; view <= conditions; ++view) {
    const int note = view == 0 ? 60 : 36 + int(random.below(48));
    for (std::size_t i = 0; i < patches; ++i) {
      group.notes.push_back(note);
      for (std::size_t v = 0; v < SoundImage::kValues; ++v) {
        double value = 0.5 + 0.01 * double(note - 60) * disturbance[v];
        for (std::size_t k = 0; k < kNumbers; ++k)
          value += 0.1 * numbers[i * kNumbers + k] * shapes[k * SoundImage::kValues + v];
        group.images.push_back(floatToHalf(float(value)));
      }
    }
  }
  for (std::size_t row = 0; row < conditions * patches; ++row)
    for (std::size_t j = 0; j < patches; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < kNumbers; ++k)
        sum += std::pow(numbers[row % patches * kNumbers + k] - numbers[j * kNumbers + k], 2);
      group.mss.push_back(float(10 * std::sqrt(sum)));
    }
  return group;
}

inline GroupedData madeUpData() {
  GroupedData data;
  for (std::uint64_t i = 0; i < 12; ++i) data.training.push_back(madeUpGroup(100 + i, 12, 2));
  for (std::uint64_t i = 0; i < 2; ++i) data.validation.push_back(madeUpGroup(200 + i, 20, 2));
  return data;
}

}  // namespace patchpilot
