#include "wire/build_facts.h"

#include "base/tempo.h"
#include "wire/fields.h"

namespace patchpilot {

using nlohmann::json;

namespace {

constexpr std::int64_t kMostPatches = 1'000'000;
constexpr std::size_t kMostNameBytes = 80;
constexpr const char* kBuildStates[] = {"queued", "building", "done", "stopped", "failed"};

}  // namespace

BuildRequest buildRequestFrom(const json& object) {
  Fields fields(object);
  BuildRequest request;
  const auto synth = fields.text("synth");
  request.space = fields.text("space");
  request.name = fields.text("name", kMostNameBytes);
  request.bpm = fields.number("bpm", kSlowestBpm, kFastestBpm);
  if (const auto count = fields.whole("count", 1, kMostPatches)) request.count = std::uint64_t(*count);
  fields.end();
  if (!synth) failInput("synth is missing; name one of those that /state lists");
  request.synth = *synth;
  return request;
}

json toJson(const BuildFacts& build) {
  json object = {{"id", build.id},
                 {"kind", "library"},
                 {"name", build.name},
                 {"created", build.created},
                 {"state", kBuildStates[std::size_t(build.state)]},
                 {"library", build.library},
                 {"progress", {{"done", build.done}, {"total", build.total}}}};
  if (!build.error.empty()) object["error"] = build.error;
  if (build.secondsLeft) object["progress"]["seconds_left"] = *build.secondsLeft;
  return object;
}

}  // namespace patchpilot
