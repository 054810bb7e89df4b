#pragma once

#include "match/sources.h"
#include "match/target.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace patchpilot {

/// A patch that a matcher holds likely. It is worth nothing until it has been rendered.
struct Proposal {
  std::size_t synth = 0;  ///< index of the synth that it is for
  Patch patch;
  std::string origin;  ///< where it came from, such as "jx10.db, patch 17"; of a preset, its file
  double score = 0;    ///< the matcher's own; smaller is better, of use within one matcher only
  std::vector<std::string>
      sources;  ///< `presetHash`es of the presets that it came from; see `Library::sources`
  std::vector<std::size_t>
      withoutEffect;  ///< parameters of the space that were found to do nothing to its sound
  std::optional<double>
      lengthSeconds;  ///< when its note is let go, where that is not as the target's analysis says
};

/// The note that a proposal is played with.
Note noteOf(const Proposal& proposal, const Target& target, int velocity);

/// A family of methods: a target in, proposals out.
class Matcher {
 public:
  virtual ~Matcher() = default;
  virtual std::string name() const = 0;

  /// At most `count` proposals, distinct patches, likeliest first.
  virtual std::vector<Proposal> propose(const Target& target, int count) = 0;
};

/// Tells patches of one synth apart, whichever library they are from.
std::string patchIdentity(const Patch& patch);

/// A patch of a library as a proposal. @param score  see `Proposal`
Proposal libraryProposal(SearchLibrary& library, std::int64_t patch, double score);

/// Nearest neighbours of the target's embedding, of all libraries together.
class RetrievalMatcher : public Matcher {
 public:
  /// @param libraries must outlive the matcher
  /// @param leftOut   `presetHash`es: these presets, their duplicates and whatever was perturbed or crossed
  ///                  from them are not proposed. For evaluation: what a target was made with
  explicit RetrievalMatcher(std::vector<SearchLibrary*> libraries, std::set<std::string> leftOut = {});

  std::string name() const override { return "retrieval"; }
  std::vector<Proposal> propose(const Target& target, int count) override;

 private:
  std::vector<SearchLibrary*> libraries_;
  std::set<std::string> leftOut_;
};

}  // namespace patchpilot
