#include "embed/mel_envelope.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "../audio/tones.h"

namespace patchpilot {
namespace {

using namespace tones;

std::vector<float> embedded(const AudioBuffer& sound) {
  const MelEnvelopeEmbedder embedder;
  std::vector<float> vector(std::size_t(embedder.dimension()));
  embedder.embed(sound.channel(0), sound.channel(1), vector);
  return vector;
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(a[i] - b[i], 2);
  return std::sqrt(sum);
}

AudioBuffer note() {
  return make(2, [](double t) { return 0.4 * held(t, 0, 1.1) * partials(130, t); });
}

TEST(MelEnvelope, SidesThatCancelAreHeard) {
  const auto mono = embedded(note());
  AudioBuffer inverted = note();
  for (float& sample : inverted.channel(1)) sample = -sample;
  EXPECT_EQ(embedded(inverted), mono) << "to the bit";
  // Not quite the inverse: beside the sound of the sum, what would be left of it.
  Noise noise(0.003);
  for (float& sample : inverted.samples()) sample += float(noise());
  AudioBuffer left = inverted;
  for (std::size_t i = 0; i < left.frames(); ++i)
    left.channel(0)[i] = left.channel(1)[i] = inverted.channel(0)[i] + inverted.channel(1)[i];
  EXPECT_LT(distance(embedded(inverted), mono), 0.5 * distance(embedded(left), mono));
  AudioBuffer weak = note();
  for (float& sample : weak.channel(0)) sample *= -0.4f;
  EXPECT_LT(distance(embedded(weak), mono), 0.01);
}

TEST(MelEnvelope, OneSideIsHeardAsBoth) {
  AudioBuffer left = note();
  for (float& sample : left.channel(1)) sample = 0;
  EXPECT_LT(distance(embedded(left), embedded(note())), 1e-4);
}

}  // namespace
}  // namespace patchpilot
