#pragma once

#include "client/server_client.h"

#include <filesystem>
#include <string>

namespace patchpilot {

/// Gets a candidate's first preset, of which there must be one, as a file to drag: see `savePresetFile`.
/// @param match  id. @throws Error as `ServerClient` and `savePresetFile`
std::filesystem::path presetToDrag(ServerClient& client, const std::string& match,
                                   const MatchedCandidate& candidate);

/// Puts a candidate's presets where its synth's browser finds them. @return what was done, for a person
/// @throws Error as `ServerClient`
std::string installPresets(ServerClient& client, const MatchedCandidate& candidate);

}  // namespace patchpilot
