#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace patchpilot {

/// What a client asks of a build: schema `Build` of docs/openapi.json.
struct BuildRequest {
  std::string synth;  ///< id
  std::optional<std::string> space, name;
  std::uint64_t count = 3000;  ///< patches that the library is to have
  std::optional<double> bpm;   ///< tempo that the synth follows; none: the usual
};

/// @throws Error (input) that names the field: missing, out of range, of another type, or unknown
BuildRequest buildRequestFrom(const nlohmann::json& object);

enum class BuildState { queued, building, done, stopped, failed };

constexpr bool isOver(BuildState state) { return state >= BuildState::done; }

/// What is told of the build of a library.
struct BuildFacts {
  std::string id, name;
  std::string created;  ///< ISO 8601
  BuildState state = BuildState::queued;
  std::string library;                ///< id
  std::uint64_t done = 0, total = 0;  ///< patches
  std::optional<double> secondsLeft;
  std::string error;
};

/// Schema `Job` of docs/openapi.json.
nlohmann::json toJson(const BuildFacts& build);

}  // namespace patchpilot
