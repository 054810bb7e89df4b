#include "ingest/library_history.h"

#include "library/preset_index.h"
#include "synth/preset_history.h"

namespace patchpilot {

bool tryPresetsOf(Library& library, const Synth& synth) {
  if (isPresetIndex(library.file())) return false;  // it names presets, and holds none
  std::vector<Patch> patches;
  for (const KeptPreset& preset : library.presets().kept()) {
    patches.push_back(library.patches().get(preset.patch));
    if (patches.size() == kTriedPresets) break;
  }
  return tryPresets(synth, patches);
}

}  // namespace patchpilot
