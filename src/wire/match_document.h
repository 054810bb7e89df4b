#pragma once

#include "wire/match_record.h"

namespace patchpilot {

/// In a folder of results: a `MatchDocument`.
inline constexpr const char* kCandidatesFile = "candidates.json";

/// A parameter of a candidate's space, and its value.
struct ParameterFacts {
  std::string key, name, section;
  float value = 0;   ///< normalized
  std::string text;  ///< as the plug-in displays it
};

/// A candidate with all that `candidates.json` says of it.
struct WrittenCandidate {
  CandidateFacts facts;
  std::optional<std::vector<ParameterFacts>> parameters;  ///< all of its space; none: not read yet
  std::optional<std::vector<std::string>> installed;      ///< files in the folder of the synth's browser
};

/// How refining went.
struct RefinementFacts {
  double from = 0, to = 0;  ///< distances
  std::size_t renders = 0;
  std::size_t cut = 0;  ///< of them, those that were ended early
  double seconds = 0;
  std::vector<CurvePoint> curve;
};

/// What a match was ranked by, and how it was refined.
struct SearchFacts {
  std::string objective;  ///< empty: not told
  std::optional<RefinementFacts> refinement;
  std::string
      advice;  ///< what would find nearer patches, in a sentence for the user; empty: nothing is known
};

/// The content of `candidates.json`: what was found for a sound or for a text.
struct MatchDocument {
  std::optional<TargetFacts> target;  ///< none: a text was searched for
  std::string sound;                  ///< file of the target
  std::string text;
  std::vector<WrittenCandidate> candidates;  ///< best first
  bool provisional = false;                  ///< see `FoundCandidates`
  SearchFacts search;
  std::vector<std::string> skipped;  ///< what could not be rendered for a text, and why
};

nlohmann::json toJson(const WrittenCandidate& candidate);
nlohmann::json toJson(const MatchDocument& document);

/// The same as the text of a file.
std::string fileText(const WrittenCandidate& candidate);
std::string fileText(const MatchDocument& document);

/// As `readCandidates` would read it.
FoundCandidates foundCandidates(const MatchDocument& document);

}  // namespace patchpilot
