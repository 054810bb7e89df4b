#pragma once

#include "match/sources.h"
#include "match/target.h"

#include <memory>
#include <vector>

namespace patchpilot {

/// A patch that a matcher holds likely. It is worth nothing until it has been rendered.
struct Proposal {
  std::size_t synth = 0;       ///< index of the synth that it is for
  Patch patch;
  std::string origin;          ///< where it came from, such as "jx10.db, patch 17"
  double score = 0;            ///< the matcher's own; smaller is better, of use within one matcher only
};

/// A family of methods: a target in, proposals out.
class Matcher {
 public:
  virtual ~Matcher() = default;
  virtual std::string name() const = 0;

  /// At most `count` proposals, distinct patches, likeliest first.
  virtual std::vector<Proposal> propose(const Target& target, int count) = 0;
};

/// Nearest neighbours of the target's embedding, of all libraries together.
class RetrievalMatcher : public Matcher {
 public:
  /// @param libraries must outlive the matcher
  explicit RetrievalMatcher(std::vector<SearchLibrary*> libraries);

  std::string name() const override { return "retrieval"; }
  std::vector<Proposal> propose(const Target& target, int count) override;

 private:
  std::vector<SearchLibrary*> libraries_;
};

}  // namespace patchpilot
