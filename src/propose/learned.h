#pragma once

#include "propose/note_rounds.h"
#include "propose/patch_models.h"
#include "propose/proposers.h"

#include <map>
#include <vector>

namespace patchpilot {

/// Patches that networks answer when they hear the target: nobody has rendered them before. If the target's
/// note is not known, they answer for each of its likely notes (`NoteRounds`).
class LearnedProposer : public Proposer {
 public:
  /// @param kind  of the models: "regression", which answers one patch (then the same with the choices that
  ///              are next likely), or "flow", which draws any number from the patches that may have made the
  ///              sound
  /// @throws as `patchModels`
  LearnedProposer(const ProposerContext& context, std::string kind);

  std::string name() const override { return kind_; }
  int rounds(const Target& target) const override { return NoteRounds::rounds(target); }
  std::vector<Proposal> propose(const Target& target, int count) override;
  void observe(std::span<const Candidate> candidates) override { notes_.observe(candidates); }

 private:
  std::vector<std::vector<float>> answers(const PatchModel& model, const NetworkFeatures& features,
                                          const Note& note, int count) const;
  std::vector<Proposal> proposalsOf(const PatchModel& model, const NetworkFeatures& features,
                                    const Note& note, int count) const;
  std::vector<Proposal> proposalsAt(const NetworkFeatures& features, const Note& note, int count) const;

  std::string kind_;
  std::uint64_t seed_;
  int velocity_;
  std::vector<PatchModel> models_;
  std::shared_ptr<NetworkHearing> hearing_;
  NoteRounds notes_;
  std::map<PlayedWay, std::vector<Proposal>> proposed_;  ///< in each way that it may have been played
};

/// The patches of a vector in which each choice has a value of its own, such as its probability: the one that
/// has the largest everywhere first, then those whose product is largest. @return at most `count` vectors
std::vector<std::vector<float>> likeliestChoices(const Codec& codec, const std::vector<float>& vector,
                                                 std::size_t count);

}  // namespace patchpilot
