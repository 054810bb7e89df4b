#include "synth/engine.h"

#include "base/error.h"

namespace patchpilot {

std::vector<std::optional<AudioBuffer>> renderAll(Engine& engine, const std::vector<RenderJob>& jobs,
                                                  std::stop_token stop) {
  return collectRenders(jobs, [&](const NextJob& next, const JobDone& done) {
    engine.render(next, done, {}, std::move(stop));
  });
}

Synth& pluginOf(Engine& engine) {
  Synth* plugin = engine.plugin();
  if (plugin == nullptr) failUsage("{} is built in and has no preset files", engine.name());
  return *plugin;
}

}  // namespace patchpilot
