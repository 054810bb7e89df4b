#include "daw/candidate_presets.h"

#include "daw/preset_files.h"

#include <fmt/format.h>

namespace patchpilot {

std::filesystem::path presetToDrag(ServerClient& client, const std::string& match,
                                   const MatchedCandidate& candidate) {
  const OfferedPreset& preset = candidate.presets.front();
  return savePresetFile(fmt::format("{} {}", match, preset.url),
                        fmt::format("{}.{}", candidate.name, preset.format), client.get(preset.url));
}

std::string installPresets(ServerClient& client, const MatchedCandidate& candidate) {
  std::string files;
  for (const std::string& file : client.install(candidate))
    files += (files.empty() ? "" : ", ") + std::filesystem::path(file).filename().string();
  return fmt::format("Installed: {}. Look for it in {}'s own browser.", files, candidate.synth);
}

}  // namespace patchpilot
