#include "embed/embedder.h"

#include "base/error.h"
#include "embed/mel_envelope.h"
#include "embed/models.h"

namespace patchpilot {

namespace {

/// "A and B" for what is missing of a model.
std::string fileNames(const Model& model) {
  std::string names;
  for (const ModelFile& file : model.files) names += (names.empty() ? "" : " and ") + file.name;
  return names;
}

std::string known(const std::vector<Model>& all) {
  std::string names = MelEnvelopeEmbedder().name();
  for (const Model& model : all)
    for (const auto& embedder : model.embedders) names += ", " + embedder.name;
  return names;
}

void checkVersion(const std::string& name, int have, std::optional<int> wanted) {
  if (wanted && *wanted != have)
    failInput("embedder {} is of version {} in this program, asked for is {}; build the library again", name, have, *wanted);
}

}  // namespace

std::unique_ptr<Embedder> makeEmbedder(const std::string& name, std::optional<int> version) {
  auto mel = std::make_unique<MelEnvelopeEmbedder>();
  if (name == mel->name()) {
    checkVersion(name, mel->version(), version);
    return mel;
  }
  const std::vector<Model> all = models();
  for (const Model& model : all)
    for (const NetworkEmbedder& embedder : model.embedders) {
      if (embedder.name != name) continue;
      checkVersion(name, embedder.version, version);
      if (embedder.files.empty())
        failInput("embedder {} needs {}, which is not there; 'patchpilot models' says where to get it and where to put it", name,
                  fileNames(model));
      return networks().makeEmbedder(embedder);
    }
  failInput("there is no embedder '{}'; there are {}", name, known(all));
}

}  // namespace patchpilot
