#pragma once

#include "embed/embedder.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace patchpilot {

/// Turns a text into a vector that lies near those of sounds that it describes (L2), in the space of one of
/// the embedders.
class TextEmbedder {
 public:
  virtual ~TextEmbedder() = default;

  /// How long a vector is: as long as those of the embedder whose space it is.
  virtual int dimension() const = 0;

  /// @param text    UTF-8
  /// @param vector  dimension() values
  /// @throws Error (usage) where the text is too long, or no UTF-8
  virtual void embed(std::string_view text, std::span<float> vector) const = 0;
};

/// The embedders in whose space texts lie, by name; their weights may be missing.
std::vector<std::string> embeddersOfTexts();

/// The text's side of an embedder. @throws as `makeEmbedder`, and Error (input) where this embedder knows no
/// texts
std::unique_ptr<TextEmbedder> makeTextEmbedder(const std::string& embedder, int version);

/// The text's side of the embedder by which a library's vectors were made. @throws as above and as
/// `makeEmbedder` of a library's
std::unique_ptr<TextEmbedder> makeTextEmbedder(const EmbedderInfo& embedder, const std::string& library);

}  // namespace patchpilot
