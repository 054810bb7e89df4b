#pragma once

#include "propose/proposer.h"
#include "propose/search_library.h"

#include <set>

namespace patchpilot {

/// Nearest neighbours of the target's embedding, of all libraries together.
class RetrievalProposer : public Proposer {
 public:
  /// @param libraries must outlive the proposer
  /// @param leftOut   `presetHash`es: these presets, their duplicates and whatever was perturbed or crossed
  ///                  from them are not proposed. For evaluation: what a target was made with
  explicit RetrievalProposer(std::vector<SearchLibrary*> libraries, std::set<std::string> leftOut = {});

  std::string name() const override { return "retrieval"; }
  std::vector<Proposal> propose(const Target& target, int count) override;

 private:
  std::vector<SearchLibrary*> libraries_;
  std::set<std::string> leftOut_;
};

}  // namespace patchpilot
