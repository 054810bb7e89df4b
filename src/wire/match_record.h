#pragma once

#include "wire/match_facts.h"

namespace patchpilot {

enum class MatchState { queued, searching, ranking, refining, done, stopped, failed };

constexpr bool isOver(MatchState state) { return state >= MatchState::done; }

/// "refining".
const char* nameOf(MatchState state);

/// How far a match has come in its phase.
struct MatchProgress {
  MatchState phase = MatchState::queued;
  std::uint64_t done = 0, total = 0;  ///< renders; a total of 0: not known
  std::optional<double> secondsLeft;
};

/// A moment at which refining had come nearer.
struct CurvePoint {
  std::uint64_t renders = 0;
  double seconds = 0;
  double distance = 0;
  double mss = 0;
};

nlohmann::json toJson(const std::vector<CurvePoint>& curve);

/// Renders that were skipped.
struct SkippedRenders {
  std::uint64_t count = 0;
  std::string first;  ///< why the first of them was
};

/// All that is kept of a match.
struct MatchRecord {
  std::string id, name;
  std::string created;  ///< ISO 8601
  MatchState state = MatchState::queued;
  std::string error;
  MatchRequest request;
  std::optional<TargetFacts> target;
  MatchProgress progress;
  std::vector<CurvePoint> curve;
  int generation = 0;  ///< of the candidates; 0: there are none yet
  FoundCandidates found;
  std::optional<SkippedRenders> skipped;
  std::vector<std::string> remarks;  ///< notes on how the candidates were found, a line each

  std::optional<double> bestDistance() const;
};

/// The text of `match.json`, which lies in the folder of a match.
std::string matchFile(const MatchRecord& match);

/// @throws Error (input) if the file is missing or damaged
MatchRecord readMatchFile(const std::filesystem::path& file);

/// Schema `Match` of docs/openapi.json.
/// @param position  among the matches that wait, from 1
nlohmann::json matchView(const MatchRecord& match, std::optional<std::size_t> position);

/// Schema `MatchSummary`. @param position  as above
nlohmann::json matchSummary(const MatchRecord& match, std::optional<std::size_t> position);

}  // namespace patchpilot
