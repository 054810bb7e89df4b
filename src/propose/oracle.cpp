#include "propose/oracle.h"

namespace patchpilot {

OracleProposer::OracleProposer(const ProposerContext& context) : libraries_(context.libraries) {
  std::set<std::string> hashes = context.leftOut;
  for (SearchLibrary* one : libraries_) hashes = one->library.lineage().withDuplicates(hashes);
  for (SearchLibrary* one : libraries_) {
    const auto leftOut = one->library.lineage().patchesFrom(hashes);
    auto& ids = patches_.emplace_back();
    for (const std::int64_t id : one->library.patches().ids())
      if (!leftOut.contains(id)) ids.push_back(id);
  }
}

std::vector<Proposal> OracleProposer::propose(const Target&, int count) {
  std::vector<Proposal> proposals;
  for (; library_ < libraries_.size(); ++library_, next_ = 0) {
    for (; next_ < patches_[library_].size(); ++next_) {
      if (proposals.size() == std::size_t(count)) return proposals;
      proposals.push_back(libraryProposal(*libraries_[library_], patches_[library_][next_], double(next_)));
    }
  }
  return proposals;
}

}  // namespace patchpilot
