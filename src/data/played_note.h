#pragma once

#include "data/network_input.h"

#include <span>

namespace patchpilot {

/// How a sound was played, as a network answers it that hears the sound alone: the note, as a choice among
/// those that datasets hold, and when it was let go, as a value.
struct PlayedNote {
  static constexpr int kLowest = NetworkInput::kLowestNote, kHighest = NetworkInput::kHighestNote;
  static constexpr std::size_t kNotes = std::size_t{kHighest} - std::size_t{kLowest} + 1;
  static constexpr std::size_t kWidth = kNotes + 1;

  /// What the network is told in place of the note (see `NetworkInput`): a key from which on it sees all that
  /// are played, and nothing of velocity and length.
  static Note unknown() { return {48, 64, 0}; }

  /// @param values  `kWidth`: of each note 1 or 0, and the length as
  /// `NetworkInput::lengthValue`, from -1 to 1. Notes beyond the range are taken for its ends
  static void encode(const Note& note, std::span<float> values);

  /// The length of an answer, in seconds. @param value  the last of `kWidth`
  static double lengthSeconds(float value);
};

}  // namespace patchpilot
