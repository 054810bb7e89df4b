#pragma once

#include "data/shard.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace patchpilot {

/// The values of `NetworkFeatures`, wherever they are kept.
struct NetworkFeaturesView {
  std::span<const std::uint8_t> picture, envelope, modulation;
  std::span<const float> level;
};

/// What a network hears of a sound of up to 4 s. It depends on the sound alone, and not on what is known of
/// its note. A byte of 255 is the sound's own maximum, 0 is 80 dB below it or less.
struct NetworkFeatures {
  static constexpr const char* kName = "network-features";  ///< as model files call it
  static constexpr int kVersion = 1;                        ///< changes with any value

  static constexpr std::size_t kFrames = 100;  ///< every 20 ms in the first second, every 60 ms after it
  static constexpr std::size_t kMelBands = 80;
  static constexpr std::size_t kLowestKey = 12, kKeys = 124;  ///< MIDI keys, each a band
  static constexpr std::size_t kSideBands = 20;
  static constexpr std::size_t kFrameValues = kMelBands + kKeys + kSideBands;
  static constexpr std::size_t kEnvelopeSteps = 1600;
  static constexpr std::size_t kGroups = 8, kRates = 20;

  /// kFrames x kFrameValues: power in mel bands and at each key of half the sum of the channels, and in
  /// coarser mel bands of half their difference. The keys are below the loudest key, all others below the
  /// loudest mel band.
  std::vector<std::uint8_t> picture;
  /// The power of both channels in steps of 2.5 ms.
  std::vector<std::uint8_t> envelope;
  /// kGroups x 2 x kRates: how far the level of a group of bands (an octave each, about) and its centre of
  /// gravity move at rates from 0.5 to 50 Hz, spaced by their logarithm. 0 for not at all; 255 for a
  /// deviation of 24 dB or 12 semitones, on a scale that is logarithmic but near 0.
  std::vector<std::uint8_t> modulation;
  /// RMS over 4 s, and the largest sample, in dB of full scale.
  std::vector<float> level;

  NetworkFeaturesView view() const { return {picture, envelope, modulation, level}; }
};

/// Computes features. Making one costs more than using it; safe to call from several threads.
class NetworkFeatureExtractor {
 public:
  NetworkFeatureExtractor();
  ~NetworkFeatureExtractor();

  /// @param left, right  at 44.1 kHz, of equal length, finite; what lies beyond 4 s is left out, and beyond
  /// their end it is silent
  NetworkFeatures operator()(std::span<const float> left, std::span<const float> right) const;

 private:
  struct Plan;
  std::unique_ptr<const Plan> plan_;
};

/// The columns of a shard that hold features.
std::vector<Column> networkFeatureColumns();

/// The features of an example of a shard whose columns are those.
NetworkFeaturesView networkFeaturesOf(const ExampleView& example);

/// The bytes of features, as `ShardWriter::append` takes columns.
std::vector<std::span<const std::byte>> networkFeatureBytes(const NetworkFeatures& features);

}  // namespace patchpilot
