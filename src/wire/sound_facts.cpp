#include "wire/sound_facts.h"

#include "base/files.h"
#include "wire/fields.h"

namespace patchpilot {

using nlohmann::json;

json toJson(const SoundFacts& sound) {
  return {{"id", sound.id},
          {"name", sound.name},
          {"seconds", sound.seconds},
          {"rate", sound.rateHz},
          {"channels", sound.channels}};
}

SoundFacts readSoundFacts(const std::filesystem::path& file) {
  const auto document = json::parse(readTextFile(file), nullptr, false);
  try {
    Fields fields(document);
    return {required(fields.raw("id"), "id"), required(fields.raw("name"), "name"),
            required(fields.number("seconds"), "seconds"), required(fields.number("rate"), "rate"),
            int(required(fields.whole("channels"), "channels"))};
  } catch (const Error& error) {
    failInput("{} is damaged ({})", file.string(), error.what());
  }
}

json toJson(const ExampleFacts& example) {
  return {{"id", example.id}, {"name", example.name}, {"seconds", example.seconds}};
}

std::string exampleFrom(const json& body) {
  Fields fields(body);
  const auto example = fields.text("example");
  fields.end();
  if (!example) failInput("the request has no sound; send a file's bytes, or the id of an example");
  return *example;
}

}  // namespace patchpilot
