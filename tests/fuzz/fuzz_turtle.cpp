// Turtle, and an LV2 state in it: what is read is written, and read again, as the same.
#include "fuzz.h"
#include "preset/lv2_preset.h"
#include "preset/turtle.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace patchpilot;
  const std::string text(reinterpret_cast<const char*>(data), size);
  readOrRefuse([&] {
    readTurtle(text, "file:///bundle/p.ttl", "p.ttl",
               [](const TurtleNode&, const std::string& predicate, const TurtleNode&) {
                 mustHold(!predicate.empty(), "a statement has a predicate");
               });
  });
  readOrRefuse([&] {
    const Lv2Preset preset = parseLv2State(text);
    const Lv2Preset again = parseLv2State(lv2StateText(preset));
    mustHold(again.pluginUri == preset.pluginUri && again.label == preset.label &&
                 again.ports == preset.ports && again.state.size() == preset.state.size(),
             "an LV2 state reads back");
  });
  return 0;
}
