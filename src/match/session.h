#pragma once

#include "listen/objective.h"
#include "listen/ranking.h"
#include "propose/proposer.h"
#include "search/refiner.h"
#include "synth/engine.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace patchpilot {

/// How many of the likeliest proposals `SessionObserver::onFirst` waits for: more than are shown, as some are
/// near-duplicates.
inline constexpr std::size_t kFirstRanked = 12;

/// How long to refine if nothing is said.
inline constexpr double kRefineSeconds = 30;

/// What a session does with its proposers.
struct SessionPlan {
  int proposals = 50;  ///< how many are rendered and ranked, of all proposers together
  int top = 5;         ///< candidates in the end
  int velocity = 100;  ///< MIDI
  std::uint64_t seed = 1;
  Objective objective;  ///< of the ranking and the refiner; MSS if none is given
  /// How many of the ranked candidates are kept, the nearest. A proposer that learns from them is told of all
  /// but those of the last round.
  std::size_t keep = std::size_t(-1);
  bool mayRefine = false;  ///< whether `Session::refine` will be called: more is asked of the proposers then
  std::vector<Proposal> starts;         ///< if not empty: ranked in place of what the proposers propose
  std::vector<LockedParameter> locked;  ///< of the refiner; the session must have one engine then
};

/// When refining ends.
struct RefineLimits {
  double seconds = 0;       ///< 0: no limit, or `kRefineSeconds` if there is none of renders either
  std::size_t renders = 0;  ///< 0: no limit
};

/// How far refining has come.
struct Refinement {
  struct Point {
    std::size_t renders = 0;
    double seconds = 0;
    double distance = 0;
    double mss = 0;
  };

  double from = 0, to = 0;  ///< distances
  RefineLimits limits;
  RefineProgress last;
  std::vector<Point> curve;  ///< whenever it became better

  /// The share of the way to whichever limit comes first that is done, 0 to 1.
  double share() const;
};

/// Told of what happens in a session, by the thread that runs it; `onRanking` by any thread, one at a time.
class SessionObserver {
 public:
  virtual ~SessionObserver() = default;

  virtual void onRanking([[maybe_unused]] const RankProgress& progress, [[maybe_unused]] std::size_t all) {}

  /// What came of the first `kFirstRanked` proposals, nearest first, before the others are rendered. Called
  /// only if `wantsFirst`; the ranking is the same with it and without.
  virtual void onFirst([[maybe_unused]] const std::vector<Candidate>& found) {}
  virtual bool wantsFirst() const { return false; }

  /// @param found  what has been found so far, nearest first; made when it is called, which only this call
  /// may do
  virtual void onRefining([[maybe_unused]] const Refinement& refinement,
                          [[maybe_unused]] const std::function<std::vector<Candidate>()>& found) {}

  /// What was skipped and why, a line each, when ranking or refining ends.
  virtual void onProblems([[maybe_unused]] const std::vector<std::string>& problems) {}
};

/// One match: proposers propose, the engines render every proposal, the listener measures and ranks, the
/// refiner searches on from there. Sessions are independent of each other: each has a stop token of its own,
/// and any number may run side by side in one process, each on engines of its own.
class Session {
 public:
  /// @param target, observer  must outlive the session
  /// @param proposers         asked in this order; may be empty if the plan has starts
  Session(const Target& target, Engines engines, std::vector<std::shared_ptr<Proposer>> proposers,
          SessionPlan plan, SessionObserver& observer, std::stop_token stop);

  /// Asks the proposers, and renders and ranks what they propose. Proposals of several proposers are pooled,
  /// in rounds: equal shares of the renders at first, and then the more the nearer a proposer's came, but
  /// each has one as soon as there are renders for it. A stop leaves what was ranked before it; there may be
  /// no candidates then, nor if all renders failed.
  /// @throws Error (plugin) as `Engine::render`
  void rank();

  /// How many patches were proposed.
  std::size_t proposed() const { return proposed_; }

  /// Searches on from what was ranked, until a limit is reached or a stop is requested.
  void refine(const RefineLimits& limits);

  /// All candidates, nearest first.
  const std::vector<Candidate>& candidates() const { return candidates_; }

  /// The best of some candidates that differ from each other, at most `SessionPlan::top`.
  /// @param ranked  nearest first
  std::vector<Candidate> best(const std::vector<Candidate>& ranked) const;
  std::vector<Candidate> best() const { return best(candidates_); }

  /// How refining went; none if it was not asked for, or nothing was found to refine.
  const std::optional<Refinement>& refinement() const { return refinement_; }

  const Target& target() const { return target_; }
  const Engines& engines() const { return engines_; }
  const SessionPlan& plan() const { return plan_; }

 private:
  /// What a proposer has proposed, likeliest first, and how many of these are taken.
  struct Proposals {
    std::vector<Proposal> all;
    std::size_t taken = 0;
  };

  /// A proposal's engine and what it is.
  using Identity = std::pair<std::size_t, std::string>;
  Identity identity(const Proposal& proposal) const {
    return {proposal.synth, proposalIdentity(proposal, target_)};
  }

  void ask(std::size_t count, std::size_t all);
  std::vector<Proposal> pooled(std::size_t count, std::size_t all);
  void rankProposals(std::vector<Proposal> proposals, std::size_t before, std::size_t all, std::size_t keep);
  void tellProblems();

  const Target& target_;
  Engines engines_;
  std::vector<std::shared_ptr<Proposer>> proposers_;
  SessionPlan plan_;
  SessionObserver& observer_;
  std::stop_token stop_;
  std::vector<Candidate> candidates_;
  std::vector<Proposal> unrendered_;  ///< proposals that the refiner may take parts of
  std::optional<Refinement> refinement_;
  std::vector<Proposals> lists_;            ///< of each proposer, once it has been asked
  std::map<Identity, std::size_t> pooled_;  ///< proposals of several proposers, and which is whose
  std::vector<bool> tried_;                 ///< of each proposer, whether a proposal is in the pool
  std::vector<double> nearest_;             ///< of each proposer, the least distance; infinite before
  std::size_t proposed_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace patchpilot
