#pragma once

#include "propose/search_library.h"

namespace patchpilot {

/// A patch that a text may describe.
struct TextMatch {
  Proposal proposal;
  double similarity = 0;  ///< cosine of the text's vector and that of the patch's render, -1 to 1
  Note note;              ///< with which the library heard it
  double seconds = 0;     ///< for how long
};

/// The patches whose renders lie nearest to a text, likeliest first, each patch once. The libraries must hold
/// embeddings of one and the same embedder, one that knows texts (CLAP's).
/// @throws Error (input) where they do not, or the text's network is not there; (usage) where it cannot read
/// the text
std::vector<TextMatch> searchByText(const std::vector<SearchLibrary*>& libraries, const std::string& text,
                                    int count);

}  // namespace patchpilot
