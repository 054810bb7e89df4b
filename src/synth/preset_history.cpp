#include "synth/preset_history.h"

#include "synth/instance_notes.h"
#include "synth/played_worker.h"

namespace patchpilot {

bool tryPresets(const Synth& synth, const std::vector<Patch>& presets) {
  // The worker gives each render a new instance of an LV2.
  if (synth.plugin().format == "LV2") return false;
  std::vector<AppliedPatch> tried = {synth.applied(Patch{})};
  std::string states;
  for (const Patch& preset : presets) {
    if (!preset.isPreset() || tried.size() > kTriedPresets) continue;
    const Bytes& state = preset.preset().state;
    AppliedPatch whole = synth.applied(Patch::preset(state));
    if (whole.state != state) continue;
    states += contentHash(state);
    tried.push_back(std::move(whole));
  }
  if (tried.size() == 1) return false;
  const std::string hash = contentHash(states);
  if (const auto known = knownToDependOnHistory(synth.plugin(), hash)) return *known;
  bool depends = false;
  try {
    WorkerSession session;
    PlayedWorker worker(session, synth.loadRequest(), synth.limits(), std::move(tried));
    if (!synth.completeBase().empty())
      session.ask<DoneAnswer>(BaseRequest{synth.completeBase()}, synth.limits().answer, synth.limits().stop);
    depends = anyDependsOnHistory(worker.plugin());
  } catch (const WorkerDied&) {
    // It is judged when it is rendered.
  } catch (const WorkerRefused&) {
    // As above.
  }
  rememberHistory(synth.plugin(), depends, hash);
  return depends;
}

}  // namespace patchpilot
