#pragma once

#include "match/matcher.h"

#include <set>

namespace patchpilot {

/// What a matcher may draw on.
struct MatcherContext {
  std::vector<SearchLibrary*> libraries;
  std::vector<Instrument>* instruments = nullptr;
  std::uint64_t seed = 1;  ///< of methods that draw
  std::set<std::string>
      leftOut;  ///< `presetHash`es: neither these presets nor anything made from them is proposed
};

/// The methods that there are, for help and messages.
std::vector<std::string> matcherNames();

/// A method as it is named: a matcher, whether what it finds is refined ("retrieval+refine"), and for what
/// ("retrieval+refine:four"; see `objectiveNames`).
struct Method {
  std::string matcher;
  bool refined = false;
  std::string objective = "mss";
};

/// @throws Error (usage) where there is no such matcher or objective, naming those there are
Method parseMethod(const std::string& name);

/// @throws Error (usage) where there is no such method, naming those there are
void checkMatcherName(const std::string& name);

/// @throws as `checkMatcherName`
std::unique_ptr<Matcher> makeMatcher(const std::string& name, const MatcherContext& context);

/// What any method must beat: patches drawn from the spaces of the libraries' synths, by turns. The draws
/// depend on the seed and the target's sound, and are never those that a library of the same seed holds.
class RandomMatcher : public Matcher {
 public:
  explicit RandomMatcher(const MatcherContext& context);

  std::string name() const override { return "random"; }
  std::vector<Proposal> propose(const Target& target, int count) override;

 private:
  std::vector<std::size_t> synths_;
  std::vector<Instrument>& instruments_;
  std::uint64_t seed_;
};

/// Everything that the libraries hold, in their order, however long that takes: what comes out of it shows
/// what the other methods that search them have missed, and what the libraries lack.
class OracleMatcher : public Matcher {
 public:
  explicit OracleMatcher(const MatcherContext& context);

  std::string name() const override { return "oracle"; }

  /// @param count  the next so many, from where the call before stopped; none are left where it returns none
  std::vector<Proposal> propose(const Target& target, int count) override;

 private:
  std::vector<SearchLibrary*> libraries_;
  std::vector<std::vector<std::int64_t>> patches_;  ///< of each library
  std::size_t library_ = 0;
  std::size_t next_ = 0;
};

}  // namespace patchpilot
