#pragma once

#include "listen/target.h"
#include "wire/match_request.h"

#include <filesystem>

namespace patchpilot {

/// What was found out about a target. Times are in seconds.
struct TargetFacts {
  double start = 0;     ///< of the onset, in the file
  double duration = 0;  ///< of what is matched, from the onset
  int note = 60;        ///< MIDI note
  double confidence = 0;
  std::vector<NoteGuess> otherNotes;
  double length = 0;  ///< when the note is let go, from the onset
  std::vector<std::string> warnings;
};

TargetFacts factsOf(const Target& target);

/// Schema `Target` of docs/openapi.json.
nlohmann::json toJson(const TargetFacts& target);
TargetFacts targetFactsFrom(const nlohmann::json& object);

/// Schema `Analysis`.
nlohmann::json analysisJson(const TargetFacts& target);

/// What sets a candidate apart from an earlier one of the same origin.
struct Unlike {
  int rank = 1;                         ///< of the earlier one
  std::vector<std::string> parameters;  ///< names of those that differ most
};

/// A candidate as `candidates.json` lists it, but for its parameters.
struct CandidateFacts {
  int rank = 1;
  std::string synth, space, origin;
  int note = 60, velocity = 100;
  double length = 0;
  std::map<std::string, double> distances;  ///< by the name of the metric; none if words were searched for
  std::optional<double> gainDb, similarity;
  std::optional<Unlike> unlike;
  std::string render, parameters, recipe;  ///< names of files beside `candidates.json`
  std::vector<std::string> presets;
  std::optional<double> bpm;       ///< that it was played at; none: the usual
  std::optional<double> distance;  ///< by the objective of the match; none if words were searched for

  std::optional<double> mss() const;
};

nlohmann::json toJson(const CandidateFacts& candidate);

/// Other members, such as the parameters, are ignored. @throws Error (input)
CandidateFacts candidateFactsFrom(const nlohmann::json& object);

/// What `candidates.json` holds.
struct FoundCandidates {
  std::vector<CandidateFacts> candidates;
  bool provisional = false;    ///< they are the first that were heard; others are to be ranked yet
  std::string objective = {};  ///< that their distances are of
};

/// @throws Error (input) if it is missing or damaged
FoundCandidates readCandidates(const std::filesystem::path& file);
FoundCandidates foundCandidatesFrom(const nlohmann::json& document);

}  // namespace patchpilot
