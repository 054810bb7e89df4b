#pragma once

#include "propose/patch_models.h"
#include "propose/proposers.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace patchpilot {

/// Corrects what was rendered: a network hears the target and the render of a candidate, knows the
/// candidate's patch, and answers with patches that should be nearer. In the first rounds another proposer
/// proposes: the flow if there is a model of it, else retrieval if there are libraries, else chance. After
/// each of them, and after each correction, the nearest candidates are corrected, those of other proposers
/// included.
class CorrectorProposer : public Proposer {
 public:
  /// @throws as `patchModels`
  explicit CorrectorProposer(const ProposerContext& context);

  std::string name() const override { return "corrector"; }
  int rounds(const Target& target) const override;
  std::vector<Proposal> propose(const Target& target, int count) override;
  void observe(std::span<const Candidate> candidates) override;

 private:
  /// A candidate that may be corrected.
  struct Heard {
    Proposal proposal;
    double distance = 0;
    AudioBuffer sound;
  };

  void begin(const Target& target);
  const PatchModel* modelOf(const Proposal& proposal) const;
  std::vector<Proposal> corrections(const Target& target, const Heard& heard, int count) const;

  std::uint64_t seed_;
  int velocity_;
  std::vector<PatchModel> models_;
  std::shared_ptr<NetworkHearing> hearing_;
  std::unique_ptr<Proposer> first_;
  NetworkFeatureExtractor extract_;
  const Target* target_ = nullptr;
  int round_ = 0;                                           ///< how often it was asked for proposals for it
  std::vector<Heard> nearest_;                              ///< some, nearest first
  std::set<std::pair<std::size_t, std::string>> proposed_;  ///< synths and proposals
};

}  // namespace patchpilot
