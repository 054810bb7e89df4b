#pragma once

#include "audio/file.h"
#include "client/answers.h"
#include "daw/sound_part.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// What a DAW's project keeps of the plug-in.
struct ProjectState {
  std::map<std::string, float> parameters;  ///< normalized values by their ids
  std::vector<std::string> libraries;       ///< ids of those that were chosen

  /// The sound that is matched: the part that was marked, and a little around it.
  std::string soundName;
  Flac sound;                             ///< no bytes: none
  Part part;                              ///< in it
  std::optional<double> timelineSeconds;  ///< where it begins on the host's timeline

  std::string match;                    ///< id of the match; empty: none
  std::optional<MatchedTarget> target;  ///< that the match found, in seconds of `sound`
  std::vector<MatchedCandidate> candidates;
};

/// The bytes that a project keeps: a head with the format's version, JSON, the sound as FLAC, and a checksum
/// of all that.
std::vector<std::uint8_t> packProjectState(const ProjectState& state);

/// @throws Error (input) that says what is wrong, for a person: damaged, or written by a newer version
ProjectState unpackProjectState(std::span<const std::uint8_t> bytes);

}  // namespace patchpilot
