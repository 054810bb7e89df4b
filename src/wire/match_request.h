#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// A candidate of an earlier match to search around.
struct NearRequest {
  std::string match;  ///< id
  int rank = 1;
  std::optional<int> generation;         ///< of the match's candidates; none: the newest
  std::vector<std::string> locked;       ///< keys of parameters that keep their values
  std::map<std::string, float> changes;  ///< normalized values by the keys of parameters
};

/// What a client asks of a match: schema `MatchRequest` of docs/openapi.json. Times are in seconds.
struct MatchRequest {
  std::optional<std::string> sound;      ///< id; this or `text`
  std::optional<std::string> text;       ///< words for the sound
  std::vector<std::string> libraries;    ///< ids
  std::vector<std::string> methods;      ///< as `parseMethod` reads them; empty: the default
  std::optional<std::string> objective;  ///< see `objectiveNames`
  std::optional<double> start, duration, length;
  std::optional<int> note, velocity;
  std::optional<int> top;
  std::optional<bool> refine;
  std::optional<double> seconds;
  std::optional<std::int64_t> renders, seed;
  std::optional<std::string> embedder;
  std::optional<double> bpm;  ///< tempo that the synths follow; none: each library's own
  std::optional<NearRequest> near;

  /// Whether to refine if no method asks for it.
  bool refines() const { return refine.value_or(methods.empty()); }
};

/// Fields that were not given are left out.
nlohmann::json toJson(const MatchRequest& request);

/// @throws Error (input) that names the field: out of range, of another type, or unknown; (usage) for a
/// method or an objective that there is not
MatchRequest matchRequestFrom(const nlohmann::json& object);

}  // namespace patchpilot
