#include "embed/embedder.h"

#include "base/error.h"
#include "embed/mel_envelope.h"
#include "embed/models.h"
#include "embed/text_embedder.h"

namespace patchpilot {

namespace {

/// "A and B" for what is missing of a model.
std::string missingFiles(const Model& model) {
  std::string names;
  for (const ModelFile& file : model.files)
    if (!file.forTexts && !modelFile(file)) names += (names.empty() ? "" : " and ") + file.name;
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

/// A model's embedder whose weights are there. @throws as `makeEmbedder`
NetworkEmbedder networkEmbedder(const std::string& name, std::optional<int> version) {
  const std::vector<Model> all = models();
  for (const Model& model : all)
    for (const NetworkEmbedder& embedder : model.embedders) {
      if (embedder.name != name) continue;
      if (!model.problem.empty()) failInput("{}", model.problem);
      checkVersion(name, embedder.version, version);
      if (embedder.files.empty())
        failInput("embedder {} needs {}, which is not there; 'patchpilot models' says where to get it and where to put it", name,
                  missingFiles(model));
      return embedder;
    }
  failInput("there is no embedder '{}'; there are {}", name, known(all));
}

}  // namespace

EmbedderInfo embedderInfo(const std::string& name, std::optional<int> version) {
  const MelEnvelopeEmbedder mel;
  if (name == mel.name()) {
    checkVersion(name, mel.version(), version);
    return {name, mel.version(), mel.dimension()};
  }
  const NetworkEmbedder found = networkEmbedder(name, version);
  return {found.name, found.version, found.dimension};
}

std::unique_ptr<Embedder> makeEmbedder(const std::string& name, std::optional<int> version) {
  auto mel = std::make_unique<MelEnvelopeEmbedder>();
  if (name == mel->name()) {
    checkVersion(name, mel->version(), version);
    return mel;
  }
  const NetworkEmbedder found = networkEmbedder(name, version);  // what is missing is told before anything is opened
  return networks().makeEmbedder(found);
}

std::vector<std::string> embeddersOfTexts() {
  std::vector<std::string> names;
  for (const Model& model : models())
    for (const auto& embedder : model.embedders)
      if (knowsTexts(embedder)) names.push_back(embedder.name);
  return names;
}

std::unique_ptr<TextEmbedder> makeTextEmbedder(const std::string& embedder, int version) {
  std::string names;
  for (const auto& name : embeddersOfTexts()) names += (names.empty() ? "" : ", ") + name;
  const auto refuse = [&] { failInput("texts cannot be compared with embeddings of {}, only with those of {}; 'patchpilot models' says what they need", embedder, names); };
  if (embedder == MelEnvelopeEmbedder().name()) refuse();
  const NetworkEmbedder found = networkEmbedder(embedder, version);
  if (!knowsTexts(found)) refuse();
  return networks().makeTextEmbedder(found);
}

}  // namespace patchpilot
