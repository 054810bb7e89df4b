#include "engine_handle.h"

#include "base/error.h"
#include "synth/plugin_choice.h"
#include "synth/space_init.h"
#include "synth/voice_engine.h"

#include <algorithm>

namespace patchpilot::python {

namespace fs = std::filesystem;

namespace {

bool namesASpace(const std::string& name) {
  std::error_code ignored;
  if (fs::path(name).extension() == ".toml") return true;
  if (fs::exists(name, ignored)) return false;
  const std::vector<ParameterSpace> spaces = installedSpaces();
  return std::any_of(spaces.begin(), spaces.end(), [&](const auto& space) { return space.name == name; });
}

ParameterSpace firstSpaceOf(const std::string& name, ScanOptions& scan) {
  const PluginInfo plugin = choosePlugin(name, scan);
  if (std::error_code ignored; name.find('/') != std::string::npos && fs::exists(name, ignored))
    scan.files.emplace_back(name);
  return parseSpace(firstSpace(plugin, probeParameters(plugin, scan.limits), "first"), plugin.path);
}

}  // namespace

EngineHandle::EngineHandle(std::shared_ptr<Engine> engine, int workers)
    : engine_(std::move(engine)), workers_(workers) {}

std::shared_ptr<Engine> EngineHandle::lasting(double seconds) {
  if (seconds <= longestSeconds_) return engine_;
  if (const auto plugin = std::dynamic_pointer_cast<PluginEngine>(engine_))
    engine_ = std::make_shared<PluginEngine>(plugin->synth(), RenderPoolOptions{workers_, seconds});
  longestSeconds_ = seconds;
  return engine_;
}

std::unique_lock<std::recursive_mutex> EngineHandle::takeTurn() {
  std::unique_lock turn(*rendering_, std::try_to_lock);
  if (!turn.owns_lock())
    failUsage("{} renders in another thread already; open an engine for each thread", engine_->name());
  return turn;
}

std::shared_ptr<EngineHandle> openEngine(const std::string& name, int workers, SynthOptions options) {
  if (name == "voice") return std::make_shared<EngineHandle>(std::make_shared<VoiceEngine>());
  ParameterSpace space = namesASpace(name) ? loadSpace(name) : firstSpaceOf(name, options.scan);
  return openEngine(std::move(space), workers, std::move(options));
}

std::shared_ptr<EngineHandle> openEngine(ParameterSpace space, int workers, SynthOptions options) {
  if (space.synthFormat == kBuiltIn) return std::make_shared<EngineHandle>(std::make_shared<VoiceEngine>());
  auto synth = std::make_shared<Synth>(std::move(space), std::move(options));
  RenderPoolOptions pool;
  pool.workers = workers;
  return std::make_shared<EngineHandle>(std::make_shared<PluginEngine>(std::move(synth), pool), workers);
}

}  // namespace patchpilot::python
