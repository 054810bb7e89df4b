#include "ingest/default_embedder.h"

#include "embed/models.h"

namespace patchpilot {

std::string defaultEmbedder(const Synth& synth) {
  for (const Model& model : models())
    for (const NetworkEmbedder& embedder : model.embedders)
      if (const auto* input = std::get_if<ImageInput>(&embedder.input);
          input != nullptr && input->synth == synth.plugin().id && !embedder.files.empty() && haveNetworks())
        return embedder.name;
  return kMelEnvelopeName;
}

std::vector<EmbedderInfo> firstEmbedders(const Synth& synth, const std::string& asked) {
  const std::string first = asked.empty() ? defaultEmbedder(synth) : asked;
  std::vector<EmbedderInfo> embedders = {embedderInfo(first)};
  if (asked.empty() && first != kMelEnvelopeName) embedders.push_back(embedderInfo(kMelEnvelopeName));
  return embedders;
}

}  // namespace patchpilot
