#pragma once

#include "listen/ranking.h"
#include "propose/text_search.h"
#include "wire/match_document.h"

namespace patchpilot {

/// Writes the best candidates into a folder: `target.wav`, `candidates.json`, and for each candidate its
/// render, a preset that its synth loads, and its parameters. The render that is written, and the distances
/// (by the objective, and by each metric), are those of the preset as written.
/// @param folder  exists and is empty; see `StagedDirectory`
/// @param chosen  nearest first; ordered again if a preset's render differs, as are those written
/// @param search  is written too
/// @return the content of `candidates.json`
MatchDocument writeResults(const std::filesystem::path& folder, const Target& target,
                           const Objective& objective, std::vector<Candidate>& chosen, const Engines& engines,
                           int velocity, SearchFacts search = {});

/// Writes preliminary candidates quickly; they will be overwritten: `target.wav`, `candidates.json`, and the
/// render and distance of each candidate as they were measured. The presets, parameters and recipes that the
/// document names are not written.
/// @param chosen  nearest first
/// @param search  as above
MatchDocument writeFirstResults(const std::filesystem::path& folder, const Target& target,
                                const std::vector<Candidate>& chosen, const Engines& engines, int velocity,
                                SearchFacts search = {});

/// Writes what was found for a text. There is no target, so a candidate has a similarity and no distances; it
/// is rendered at the note of its library. Candidates that cannot be rendered are skipped; after a stop only
/// what was rendered by then is written.
/// @param found  likeliest first; what is not written is taken out
/// @throws Error (plugin) if none can be rendered
MatchDocument writeTextResults(const std::filesystem::path& folder, const std::string& text,
                               std::vector<TextMatch>& found, const Engines& engines,
                               const std::stop_token& stop = {});

/// Puts the preset files of one candidate where the synth's browser finds them (`userPresetFolder`), under
/// `name`, with a number where there is one already. @return where they are. @throws Error (system) where
/// they cannot be written.
std::vector<std::string> installPresets(const std::vector<std::filesystem::path>& presets,
                                        const std::string& name, const Synth& synth);

/// Puts the presets of results where the browser of each synth finds them (`userPresetFolder`), under their
/// own names with a number if the name is taken, and adds the files to each candidate (`installed`).
/// @param document  what `writeResults` returned
/// @param folder    of the results
/// @throws Error (system) if they cannot be written
void installResults(MatchDocument& document, const std::filesystem::path& folder, const Engines& engines);

}  // namespace patchpilot
