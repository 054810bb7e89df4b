#include "daw/project_state.h"

#include "base/byte_reader.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace patchpilot {

using nlohmann::json;

namespace {

// The head: magic, version, length of the JSON, length of the sound; numbers of 4 bytes, little-endian. At
// the end the checksum of all before it, as 32 digits.
constexpr std::string_view kMagic = "PatchPilotDAW\n";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeadBytes = kMagic.size() + 3 * 4, kChecksumBytes = 32;

constexpr double kMostSeconds = 60;

[[noreturn]] void failDamaged(const char* what) {
  failInput(
      "What this project keeps of Patch Pilot is damaged ({}); it is left as it is until a new sound is "
      "taken",
      what);
}

json jsonOf(const ProjectState& state) {
  json object = {{"parameters", state.parameters},
                 {"libraries", state.libraries},
                 {"match", state.match},
                 {"candidates", json::parse(candidatesText(state.candidates))}};
  if (!state.sound.bytes.empty())
    object["sound"] = {{"name", state.soundName},
                       {"scale", state.sound.scale},
                       {"start", state.part.start},
                       {"seconds", state.part.seconds}};
  if (!state.sound.bytes.empty() && state.timelineSeconds)
    object["sound"]["timeline"] = *state.timelineSeconds;
  if (state.target)
    object["target"] = {{"note", state.target->note},
                        {"note_name", state.target->noteName},
                        {"confidence", state.target->confidence},
                        {"start", state.target->startSeconds},
                        {"seconds", state.target->seconds}};
  return object;
}

bool isTime(double seconds) { return std::isfinite(seconds) && seconds >= 0 && seconds <= kMostSeconds; }

ProjectState stateOf(const json& object) {
  ProjectState state;
  object.at("parameters").get_to(state.parameters);
  object.at("libraries").get_to(state.libraries);
  object.at("match").get_to(state.match);
  state.candidates = candidatesFrom(object.at("candidates").dump());
  for (const auto& [id, value] : state.parameters)
    if (!(value >= 0 && value <= 1)) failDamaged("a parameter's value");
  if (const auto sound = object.find("sound"); sound != object.end()) {
    sound->at("name").get_to(state.soundName);
    sound->at("scale").get_to(state.sound.scale);
    sound->at("start").get_to(state.part.start);
    sound->at("seconds").get_to(state.part.seconds);
    if (const auto timeline = sound->find("timeline"); timeline != sound->end())
      state.timelineSeconds = timeline->get<double>();
    if (!isTime(state.part.start) || !isTime(state.part.seconds) || !std::isfinite(state.sound.scale) ||
        state.sound.scale <= 0 || !std::isfinite(state.timelineSeconds.value_or(0)))
      failDamaged("the marked part");
  }
  if (const auto target = object.find("target"); target != object.end()) {
    state.target = MatchedTarget{target->at("note"), target->at("note_name"), target->at("confidence"),
                                 target->at("start"), target->at("seconds")};
    if (!isTime(state.target->startSeconds) || !isTime(state.target->seconds)) failDamaged("the target");
  }
  return state;
}

}  // namespace

std::vector<std::uint8_t> packProjectState(const ProjectState& state) {
  const std::string text = jsonOf(state).dump(-1, ' ', false, json::error_handler_t::replace);
  Bytes bytes;
  append(bytes, kMagic);
  appendLittleEndian(bytes, kVersion);
  appendLittleEndian(bytes, std::uint32_t(text.size()));
  appendLittleEndian(bytes, std::uint32_t(state.sound.bytes.size()));
  append(bytes, text);
  append(bytes, state.sound.bytes);
  append(bytes, contentHash(bytes));
  return bytes;
}

ProjectState unpackProjectState(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kHeadBytes || !startsWith(bytes, kMagic)) failDamaged("its beginning");
  ByteReader head(bytes.subspan(kMagic.size()), "what this project keeps of Patch Pilot");
  if (const auto version = head.littleEndian<std::uint32_t>("its version"); version != kVersion)
    failInput(
        "This project was saved by a newer Patch Pilot (format {}, this one reads {}); install that, or take "
        "a new "
        "sound here. What it keeps is left as it is until then",
        version, kVersion);
  const std::uint64_t textBytes = head.littleEndian<std::uint32_t>("its length"),
                      soundBytes = head.littleEndian<std::uint32_t>("its length");
  if (kHeadBytes + textBytes + soundBytes + kChecksumBytes != bytes.size()) failDamaged("its length");
  const auto content = bytes.first(bytes.size() - kChecksumBytes);
  const std::string checksum = contentHash(content);
  if (!std::equal(checksum.begin(), checksum.end(), bytes.end() - kChecksumBytes))
    failDamaged("its checksum");
  const auto text = content.subspan(kHeadBytes, textBytes), sound = content.subspan(kHeadBytes + textBytes);
  try {
    ProjectState state = stateOf(json::parse(text.begin(), text.end()));
    state.sound.bytes.assign(sound.begin(), sound.end());
    return state;
  } catch (const json::exception&) {
    failDamaged("its contents");
  }
}

}  // namespace patchpilot
