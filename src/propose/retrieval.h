#pragma once

#include "propose/note_rounds.h"
#include "propose/search_library.h"

#include <map>
#include <set>
#include <vector>

namespace patchpilot {

/// Nearest neighbours of the target's embedding, of all libraries together.
///
/// If the target's note is not known, neighbours are sought at each of its likely notes (`NoteRounds`), as
/// the embeddings of sounds with a note are relative to it.
class RetrievalProposer : public Proposer {
 public:
  /// @param libraries must outlive the proposer
  /// @param leftOut   `presetHash`es: these presets, their duplicates and whatever was perturbed or crossed
  ///                  from them are not proposed. For evaluation: what a target was made with
  /// @param hearing   see `NoteRounds`
  explicit RetrievalProposer(std::vector<SearchLibrary*> libraries, std::set<std::string> leftOut = {},
                             std::shared_ptr<NetworkHearing> hearing = nullptr);

  std::string name() const override { return "retrieval"; }
  int rounds(const Target& target) const override { return NoteRounds::rounds(target); }
  std::vector<Proposal> propose(const Target& target, int count) override;
  void observe(std::span<const Candidate> candidates) override { notes_.observe(candidates); }

 private:
  std::vector<Proposal> nearest(const Target& target, int note, int count);

  std::vector<SearchLibrary*> libraries_;
  std::set<std::string> leftOut_;
  NoteRounds notes_;
  std::map<int, std::vector<Proposal>> nearest_;  ///< at each note of the open target, nearest first
};

}  // namespace patchpilot
