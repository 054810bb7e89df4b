#pragma once

#include "propose/proposers.h"

namespace patchpilot {

/// Everything that the libraries hold, in their order, however long that takes: the best of it shows what
/// other methods that search them have missed, and what the libraries lack. For evaluation only; it is not in
/// the table of methods.
class OracleProposer : public Proposer {
 public:
  explicit OracleProposer(const ProposerContext& context);

  std::string name() const override { return "oracle"; }

  /// @param count  the next so many, from where the call before stopped; empty when all were returned
  std::vector<Proposal> propose(const Target& target, int count) override;

 private:
  std::vector<SearchLibrary*> libraries_;
  std::vector<std::vector<std::int64_t>> patches_;  ///< of each library
  std::size_t library_ = 0;
  std::size_t next_ = 0;
};

}  // namespace patchpilot
