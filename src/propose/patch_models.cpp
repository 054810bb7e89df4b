#include "propose/patch_models.h"

#include "base/error.h"
#include "models/model_folder.h"

#include <algorithm>
#include <map>
#include <mutex>

namespace patchpilot {

namespace {

/// Best for a single answer first; a corrector needs candidates.
constexpr const char* kKinds[] = {"regression", "flow", "corrector"};

std::vector<FoundModel> modelsFor(const std::string& kind, const ParameterSpace& space,
                                  const ModelFiles& files) {
  std::vector<FoundModel> all = files.empty() ? findModels(kind) : modelsAmong(files, kind);
  std::erase_if(all, [&](const FoundModel& one) { return one.about.space != space.fingerprint(); });
  return all;
}

/// Reading weights takes longer than using them.
std::shared_ptr<const Network> openModel(const FoundModel& model, const std::string& kind,
                                         std::size_t width) {
  requireModel(
      model.about,
      {.kind = kind, .frontEnd = NetworkFeatures::kName, .frontEndVersion = NetworkFeatures::kVersion},
      model.file);
  static std::mutex mutex;
  static std::map<std::pair<std::string, std::filesystem::file_time_type>, std::shared_ptr<const Network>>
      opened;
  const std::string file = model.file.string();
  const std::lock_guard lock(mutex);
  auto& network = opened[{file, std::filesystem::last_write_time(model.file)}];
  if (!network) {
    const char* files[] = {file.c_str()};
    network.reset(networkModule().openNetwork({model.about.network.c_str(), files, std::int64_t(width)}));
  }
  return network;
}

bool haveFiles(const std::string& kind, const Engines& engines, const ModelFiles& files) {
  return std::any_of(engines.begin(), engines.end(),
                     [&](const auto& engine) { return !modelsFor(kind, engine->space(), files).empty(); });
}

}  // namespace

std::set<std::string> learnedSpaces() {
  std::set<std::string> spaces;
  for (const char* kind : kKinds)
    for (const FoundModel& model : findModels(kind)) spaces.insert(model.about.space);
  if (!spaces.empty() && !haveNetworks()) spaces.clear();
  return spaces;
}

std::vector<std::string> learnedMethods(const Engines& engines, const ModelFiles& files) {
  std::vector<std::string> methods;
  for (const char* kind : kKinds)
    if (haveFiles(kind, engines, files)) methods.emplace_back(kind);
  if (!methods.empty() && !haveNetworks()) methods.clear();
  return methods;
}

bool havePatchModels(const std::string& kind, const Engines& engines, const ModelFiles& files) {
  return haveFiles(kind, engines, files) && haveNetworks();
}

std::vector<PatchModel> patchModels(const std::string& kind, const Engines& engines,
                                    const ModelFiles& files) {
  std::vector<PatchModel> models;
  std::string spaces;
  for (std::size_t synth = 0; synth < engines.size(); ++synth) {
    const ParameterSpace& space = engines[synth]->space();
    spaces += (spaces.empty() ? "" : ", ") + space.name;
    const auto found = modelsFor(kind, space, files);
    if (found.empty()) continue;
    const FoundModel& model = found.front();
    Codec codec(space);
    std::shared_ptr<const Network> network = openModel(model, kind, codec.width());
    models.push_back({synth, model.file.stem().string(), std::move(codec), std::move(network)});
  }
  if (models.empty())
    failInput(
        "there is no {} model for {}; train one with 'patchpilot dataset build' and 'patchpilot train {}', "
        "and put it where 'patchpilot models' says",
        kind, spaces.empty() ? "these libraries' synths" : spaces, kind);
  return models;
}

std::vector<std::shared_ptr<const Network>> networksOf(const std::string& kind, std::size_t width,
                                                       const Engines& engines, const ModelFiles& files) {
  std::vector<std::shared_ptr<const Network>> networks;
  if (!havePatchModels(kind, engines, files)) return networks;
  for (const auto& engine : engines)
    if (const auto found = modelsFor(kind, engine->space(), files); !found.empty())
      networks.push_back(openModel(found.front(), kind, width));
  return networks;
}

}  // namespace patchpilot
