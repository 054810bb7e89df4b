// Surge's patches: read back byte for byte; an edit of the text is found again and leaves the rest alone.
#include "fuzz.h"
#include "preset/dialect.h"
#include "preset/surge/names.h"
#include "preset/surge/session_state.h"
#include "preset/xml_text.h"

#include <algorithm>

namespace {

using namespace patchpilot;

void editAndLook(SurgePatch patch) {
  setSurgeMeta(patch, {"A <name>", "Patch Pilot", "Patch Pilot", "\"quoted\" & more"});
  const SurgeMeta meta = surgeMeta(patch);
  mustHold(meta.name == "A <name>" && meta.category == "Patch Pilot" && meta.author == "Patch Pilot" &&
               meta.comment == "\"quoted\" & more",
           "what is set is read");
  setSurgeValue(patch, {"a_filter1_cutoff", {{"type", "2"}, {"value", "-12.5"}}});
  mustHold(surgeValue(patch, "a_filter1_cutoff") == "-12.5", "a value that is set is read");
  const SurgeRouting routing{.element = "a_filter1_cutoff", .source = 17, .depth = 3.5};
  setSurgeRouting(patch, routing);
  const auto routings = surgeRoutings(patch);
  mustHold(std::any_of(routings.begin(), routings.end(),
                       [](const SurgeRouting& r) { return r.source == 17 && r.depth == 3.5; }),
           "a routing that is set is read");
  mustHold(surgeDepthText(patch, routing) == "3.5 semitones", "a depth is told in its unit");
  for (const int scene : {0, 1}) surgeWavetableName(patch, scene, 2);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  // A seed is a whole .fxp; what a mutation makes of its header must not hide the patch from the parser.
  constexpr std::size_t fxpHeader = 60;
  const bool isFxp = size > fxpHeader && std::equal(data, data + 4, "CcnK");
  const auto chunk = isFxp ? bytes.subspan(fxpHeader) : bytes;
  const auto ends = pieceEndsOfState(bytes);
  mustHold(std::is_sorted(ends.begin(), ends.end()) && (ends.empty() ? size == 0 : ends.back() == size),
           "the pieces are the whole");
  readOrRefuse([&] {
    const SurgePatch patch = parseSurgePatch(chunk);
    const Bytes again = serializeSurgePatch(patch);
    mustHold(again.size() <= chunk.size() && std::equal(again.begin(), again.end(), chunk.begin()),
             "a patch comes back byte for byte");
    mustHold(unescapeXml(escapeXml("<&\"'>\n")) == "<&\"'>\n", "escaped text reads back");
    surgeRevision(patch);
    surgeMeta(patch);
    SurgePatch complete = patch;
    completeSurgePatch(complete);
    const std::string once = complete.xml;
    completeSurgePatch(complete);
    mustHold(complete.xml == once, "a complete patch is not changed");
    audibleSessionState(complete.xml);
    editAndLook(patch);
  });
  return 0;
}
