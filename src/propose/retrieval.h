#pragma once

#include "propose/proposer.h"
#include "propose/search_library.h"

#include <set>
#include <vector>

namespace patchpilot {

/// Nearest neighbours of the target's embedding, of all libraries together.
///
/// If the target's note is not known, neighbours are sought at each of its likely notes (`likelyNotes`), as
/// the embeddings of sounds with a note are relative to it. The notes share the proposals: in the first round
/// as likely as they are, in later ones as near as the renders at each of them came (successive halving;
/// Jamieson and Talwalkar 2016).
class RetrievalProposer : public Proposer {
 public:
  /// @param libraries must outlive the proposer
  /// @param leftOut   `presetHash`es: these presets, their duplicates and whatever was perturbed or crossed
  ///                  from them are not proposed. For evaluation: what a target was made with
  explicit RetrievalProposer(std::vector<SearchLibrary*> libraries, std::set<std::string> leftOut = {});

  std::string name() const override { return "retrieval"; }
  int rounds(const Target& target) const override;
  std::vector<Proposal> propose(const Target& target, int count) override;
  void observe(std::span<const Candidate> candidates) override;

 private:
  /// The search at one note.
  struct AtNote {
    NoteGuess guess;
    std::vector<Proposal> nearest;  ///< nearest first
    std::size_t proposed = 0;       ///< of them, from the first
    double best = 0;                ///< the least MSS of their renders; infinite if there are none
  };

  std::vector<Proposal> nearest(const Target& target, int note, int count);
  void begin(const Target& target);
  double weight(const AtNote& one) const;

  std::vector<SearchLibrary*> libraries_;
  std::set<std::string> leftOut_;
  const Target* target_ = nullptr;  ///< that the notes are of
  int round_ = 0;                   ///< how often it was asked for proposals for it
  std::vector<AtNote> notes_;
};

}  // namespace patchpilot
