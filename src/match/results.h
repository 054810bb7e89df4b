#pragma once

#include "listen/ranking.h"
#include "propose/text_search.h"

#include <nlohmann/json.hpp>

namespace patchpilot {

/// Writes the best candidates into a folder: `target.wav`, `candidates.json`, and for each candidate its
/// render, a preset that its synth loads, and its parameters. What is written as render, and the distances
/// that are told (by the objective, and by each metric), are those of the preset as written.
/// @param folder    exists and is empty; see `StagedDirectory`
/// @param chosen    nearest first; put in order again where a preset's render differs, as are those written
/// @param more      what else `candidates.json` is to say, an object
/// @return what `candidates.json` holds
nlohmann::json writeResults(const std::filesystem::path& folder, const Target& target,
                            const Objective& objective, std::vector<Candidate>& chosen,
                            const Engines& engines, int velocity,
                            const nlohmann::json& more = nlohmann::json::object());

/// The same for candidates that others will take the place of in a moment, as fast as can be: `target.wav`,
/// `candidates.json`, and each candidate's render and distance as they were heard. The presets, parameters
/// and recipes that it names are not written, and `provisional` in it is true.
/// @param chosen  nearest first
/// @param more    as above
nlohmann::json writeFirstResults(const std::filesystem::path& folder, const Target& target,
                                 const std::vector<Candidate>& chosen, const Engines& engines, int velocity,
                                 const nlohmann::json& more = nlohmann::json::object());

/// The same for what was found for a text. There is no sound to be near to, so there is no `target.wav`, and
/// a candidate carries a similarity in place of distances; it is played as its library heard it. What its
/// synth does not play is skipped, and told in the document's `skipped`; after a stop only what was played by
/// then is written.
/// @param found  likeliest first; what is not written is taken out
/// @throws Error (plugin) where none is played
nlohmann::json writeTextResults(const std::filesystem::path& folder, const std::string& text,
                                std::vector<TextMatch>& found, const Engines& engines,
                                std::stop_token stop = {});

/// Puts the preset files of one candidate where the synth's browser finds them (`userPresetFolder`), under
/// `name`, with a number where there is one already. @return where they are. @throws Error (system) where
/// they cannot be written.
std::vector<std::string> installPresets(const std::vector<std::filesystem::path>& presets,
                                        const std::string& name, const Synth& synth);

/// Puts the presets of results where the browser of each synth finds them (`userPresetFolder`), under their
/// own names with a number where there is one already, and adds to each candidate, as `installed`, where they
/// are.
/// @param document  what `writeResults` returned
/// @param folder    where the results lie
/// @throws Error (system) where they cannot be written.
void installResults(nlohmann::json& document, const std::filesystem::path& folder, const Engines& engines);

}  // namespace patchpilot
