#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace patchpilot {

/// An uploaded sound: schema `Sound` of docs/openapi.json.
struct SoundFacts {
  std::string id, name;
  double seconds = 0;
  double rateHz = 0;  ///< of the file
  int channels = 0;   ///< of the file
};

nlohmann::json toJson(const SoundFacts& sound);

/// Reads `sound.json`, which lies in the folder of a sound. @throws Error (input) if it is missing or damaged
SoundFacts readSoundFacts(const std::filesystem::path& file);

/// A sound that comes with the program: schema `Example`.
struct ExampleFacts {
  std::string id, name;
  double seconds = 0;
};

nlohmann::json toJson(const ExampleFacts& example);

/// The id of the example that a request names: the JSON body of POST /sounds. @throws Error (input)
std::string exampleFrom(const nlohmann::json& body);

}  // namespace patchpilot
