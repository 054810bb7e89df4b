#include "synth/plugin_engine.h"

namespace patchpilot {

PluginEngine::PluginEngine(std::shared_ptr<Synth> synth, RenderPoolOptions options)
    : synth_(std::move(synth)), pool_(*synth_, options) {}

void PluginEngine::render(const NextJob& next, const JobDone& done, const GoOn& goOn, std::stop_token stop) {
  pool_.run(next, done, goOn, std::move(stop));
}

}  // namespace patchpilot
