#pragma once

#include "data/network_features.h"
#include "synth/patch.h"

#include <span>

namespace patchpilot {

/// Features of a sound as networks take them, who are told its note: keys are counted from it, so that a
/// harmonic lies in the same band whatever the note.
struct NetworkInput {
  static constexpr std::size_t kKeysBelow = 24, kKeys = 96;  ///< two octaves below the note to six above it
  static constexpr std::size_t kFrames = NetworkFeatures::kFrames;
  static constexpr std::size_t kBands = NetworkFeatures::kMelBands + kKeys + NetworkFeatures::kSideBands;

  static constexpr int kLowestNote = 36, kHighestNote = 84;  ///< others are told as the nearest of these
  static constexpr std::size_t kNoteValues = 1 + (kHighestNote - kLowestNote + 1);
  static constexpr std::size_t kAttackSteps = 80;   ///< of 2.5 ms, to 0.2 s
  static constexpr std::size_t kDecaySteps = 80;    ///< of 10 ms, to 1 s
  static constexpr std::size_t kSustainSteps = 50;  ///< of 60 ms, to 4 s
  static constexpr std::size_t kReleaseSteps = 40;  ///< of 5 ms, from the end of the note on
  static constexpr std::size_t kGlobals = kNoteValues + 1 + 2 + 3 + kAttackSteps + kDecaySteps +
                                          kSustainSteps + kReleaseSteps +
                                          NetworkFeatures::kGroups * 2 * NetworkFeatures::kRates;

  /// A length of a note on a logarithmic scale: 0 for 0.6 s, 1 for six times as much, -1 for a sixth.
  static double lengthValue(double seconds);
  static double lengthSeconds(double value);

  /// @param values  kFrames x kBands: the mel bands, the keys from the note's, the difference's bands; -1 for
  ///                -80 dB, 1 for 0 dB
  static void picture(const NetworkFeaturesView& features, int note, std::span<float> values);

  /// What is beside the picture: the note (as a number, and one-hot), its velocity and length, the level, the
  /// envelope, which is finer near the beginning and the end of the note, and the modulation.
  /// @param levelKnown  whether the level says something of the patch: that of a recording does not
  /// @param values      kGlobals, about -1 to 1
  static void globals(const NetworkFeaturesView& features, const Note& note, bool levelKnown,
                      std::span<float> values);
};

}  // namespace patchpilot
