// `.vstpreset`: what is read is written, and read again, as the same.
#include "fuzz.h"
#include "preset/vstpreset.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace patchpilot;
  readOrRefuse([&] {
    const VstPreset preset = parseVstPreset({data, size});
    std::size_t held = preset.componentState.size() + preset.controllerState.size() + preset.info.size();
    for (const auto& chunk : preset.others) held += chunk.data.size();
    mustHold(held <= size, "chunks are no larger than their file");
    const VstPreset again = parseVstPreset(serializeVstPreset(preset));
    mustHold(again.classId == preset.classId && again.componentState == preset.componentState &&
                 again.controllerState == preset.controllerState && again.info == preset.info &&
                 again.others.size() == preset.others.size(),
             "a .vstpreset reads back");
    vstPresetAttributes(preset.info);
  });
  return 0;
}
