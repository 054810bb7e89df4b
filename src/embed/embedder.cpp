#include "embed/embedder.h"

#include "base/error.h"
#include "base/files.h"
#include "base/mapped_file.h"
#include "embed/mel_envelope.h"
#include "embed/models.h"
#include "embed/network_embedder.h"
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
    failInput("embedder {} is of version {} in this program, asked for is {}; build the library again", name,
              have, *wanted);
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
        failInput(
            "embedder {} needs {}, which is not there; 'patchpilot models' says where to get it and where to "
            "put it",
            name, missingFiles(model));
      return embedder;
    }
  failInput("there is no embedder '{}'; there are {}", name, known(all));
}

/// Names the files of a network by what is in them.
std::string hashOf(const std::vector<std::filesystem::path>& files) {
  std::string all;
  for (const auto& file : files) all += contentHash(MappedFile(file).bytes());
  return files.size() == 1 ? all : contentHash(all);
}

/// What takes a library's vectors to those that this machine makes.
std::string remedy(const EmbedderInfo& embedder, const std::string& library) {
  return fmt::format("'patchpilot library embed {} --with {} --again' makes them anew", library,
                     embedder.name);
}

/// A model's embedder, where it is the one by which a library's vectors were made.
NetworkEmbedder networkOf(const EmbedderInfo& wanted, const std::string& library) {
  const NetworkEmbedder found = networkEmbedder(wanted.name, std::nullopt);
  if (found.version != wanted.version || found.dimension != wanted.dimension)
    failInput(
        "{} has embeddings of {} version {}, {} values, and this program makes version {}, {} values; {}",
        library, wanted.name, wanted.version, wanted.dimension, found.version, found.dimension,
        remedy(wanted, library));
  if (wanted.weights.empty()) return found;
  if (const std::string here = hashOf(found.files); here != wanted.weights)
    failInput(
        "{} has embeddings of {} by weights of hash {:.8}, and {} has hash {:.8}; put the same file there, "
        "or {}",
        library, wanted.name, wanted.weights, found.files.back().string(), here, remedy(wanted, library));
  return found;
}

}  // namespace

bool areComparable(const EmbedderInfo& a, const EmbedderInfo& b) {
  return a.name == b.name && a.version == b.version && a.dimension == b.dimension &&
         (a.weights == b.weights || a.weights.empty() || b.weights.empty());
}

EmbedderInfo embedderInfo(const std::string& name, std::optional<int> version) {
  const MelEnvelopeEmbedder mel;
  if (name == mel.name()) {
    checkVersion(name, mel.version(), version);
    return {name, mel.version(), mel.dimension(), ""};
  }
  const NetworkEmbedder found = networkEmbedder(name, version);
  return {found.name, found.version, found.dimension, hashOf(found.files)};
}

std::unique_ptr<Embedder> makeEmbedder(const std::string& name, std::optional<int> version) {
  auto mel = std::make_unique<MelEnvelopeEmbedder>();
  if (name == mel->name()) {
    checkVersion(name, mel->version(), version);
    return mel;
  }
  const NetworkEmbedder found =
      networkEmbedder(name, version);  // what is missing is told before anything is opened
  return makeNetworkEmbedder(found);
}

std::unique_ptr<Embedder> makeEmbedder(const EmbedderInfo& wanted, const std::string& library) {
  if (wanted.name == MelEnvelopeEmbedder().name()) return makeEmbedder(wanted.name, wanted.version);
  const NetworkEmbedder found =
      networkOf(wanted, library);  // what is wrong with the library comes before what is not installed
  return makeNetworkEmbedder(found);
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
  const auto refuse = [&] {
    failInput(
        "texts cannot be compared with embeddings of {}, only with those of {}; 'patchpilot models' says "
        "what they need",
        embedder, names);
  };
  if (embedder == MelEnvelopeEmbedder().name()) refuse();
  const NetworkEmbedder found = networkEmbedder(embedder, version);
  if (!knowsTexts(found)) refuse();
  return makeNetworkTextEmbedder(found);
}

std::unique_ptr<TextEmbedder> makeTextEmbedder(const EmbedderInfo& embedder, const std::string& library) {
  if (embedder.name != MelEnvelopeEmbedder().name()) networkOf(embedder, library);
  return makeTextEmbedder(embedder.name, embedder.version);
}

}  // namespace patchpilot
