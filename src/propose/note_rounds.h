#pragma once

#include "audio/analysis.h"
#include "propose/note_models.h"
#include "propose/proposer.h"

#include <functional>
#include <optional>
#include <vector>

namespace patchpilot {

/// Shares out the proposals for a target whose note is open between the notes that it may be played with
/// (`likelyNotes`): in the first round as likely as they are, in later ones as near as the renders at each of
/// them came (successive halving; Jamieson and Talwalkar 2016).
class NoteRounds {
 public:
  /// @param models  that have a say in which notes are likely; null: none
  explicit NoteRounds(std::shared_ptr<const NoteModels> models = nullptr) : models_(std::move(models)) {}

  static constexpr int kRounds = 3;
  /// 1 if the target's note is known.
  static int rounds(const Target& target) { return target.noteOpen ? kRounds : 1; }

  /// Begins with a target, unless it is the last one. @return whether it began
  bool begin(const Target& target);

  /// A note's proposal of a rank (0, 1, ...), likeliest first; nothing if there are no more.
  using ProposalAt = std::function<std::optional<Proposal>(int note, std::size_t rank)>;

  /// The proposals of the next round, at most `count`. They go on where each note's ended in the last one.
  std::vector<Proposal> next(int count, const ProposalAt& at);

  /// Learns how near renders at each note came.
  void observe(std::span<const Candidate> candidates);

 private:
  struct AtNote {
    NoteGuess guess;
    std::size_t proposed = 0;
    double best = 0;  ///< the least distance of their renders; infinite if there are none
  };

  std::vector<double> shares() const;

  std::shared_ptr<const NoteModels> models_;
  const Target* target_ = nullptr;
  int round_ = 0;
  std::vector<AtNote> notes_;
};

}  // namespace patchpilot
