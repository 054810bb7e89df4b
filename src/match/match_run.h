#pragma once

#include "listen/target.h"
#include "match/sources.h"
#include "search/refiner.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// How many of the likeliest proposals `MatchReports::onFirst` waits for: more than are shown, as some are
/// near-duplicates.
inline constexpr std::size_t kFirstRanked = 12;

/// How long to refine where nothing is said.
inline constexpr double kRefineSeconds = 30;

/// A patch to search on around.
struct NearPatch {
  Proposal proposal;  ///< of the synth of the libraries, which must be one; its `synth` does not count
  std::map<std::string, float> changes;  ///< other values of some parameters, by their keys, normalized
  std::vector<std::string> locked;       ///< keys of parameters that keep their values
};

/// What a match is asked for.
struct MatchOptions {
  std::filesystem::path sound;
  std::string name;                    ///< what the sound is called; its file if empty
  std::vector<std::string> libraries;  ///< files
  std::string embedder;                ///< by which they are searched; empty: each by its first
  SynthOptions synth;
  TargetOptions target;
  int top = 5;         ///< candidates in the end
  int proposals = 50;  ///< of the nearest patches, how many are rendered again and ranked
  int velocity = 100;
  bool refine = false;
  double seconds =
      0;  ///< how long to refine; 0: no limit, or `kRefineSeconds` where there is none of renders either
  std::size_t renders = 0;  ///< how many renders to refine with; 0: no limit
  std::uint64_t seed = 1;
  std::string objective = "mss";  ///< see `objectiveNames`
  int workers = 0;                ///< processes of each synth, 0: one for each core
  std::optional<NearPatch> near;  ///< in place of the nearest patches of the libraries, which then only give
                                  ///< sections to what is bred
};

/// How far refining has come, for `candidates.json`.
struct Refinement {
  double from = 0, to = 0;  ///< MSS
  double mostSeconds = 0;   ///< the limits; 0: none
  std::size_t mostRenders = 0;
  RefineProgress last;
  nlohmann::json curve =
      nlohmann::json::array();  ///< `renders`, `seconds` and `mss` whenever it became better

  nlohmann::json json() const;

  /// What share of the way to whichever limit comes first is gone, 0 to 1.
  double share() const;
};

/// What is told while a match runs. All are called by the thread that runs it, but `onRanking`, which is
/// called by any, one at a time. Each may be empty.
struct MatchReports {
  std::function<void(const Target&)> onTarget;
  std::function<void(const std::string& file, double done)> onIndex;                ///< see `SourceOptions`
  std::function<void(const std::string& file, const std::string& why)> onFallback;  ///< the same
  std::function<void(std::size_t done, std::size_t all)> onRanking;
  /// What came of the first `kFirstRanked` proposals, nearest first, before the others are rendered: for who
  /// wants to hear something at once (`MatchRun::writeFirst`). The ranking is the same with it and without.
  std::function<void(const std::vector<Candidate>& found)> onFirst;
  std::function<void(const Refinement&)>
      onRefining;  ///< in it, and nowhere else, what has been found may be written: `MatchRun::write`
  std::function<void(const std::vector<std::string>& problems)>
      onProblems;  ///< what was skipped and why, when ranking or refining ends
};

/// A match from the sound to the candidates that are worth writing.
class MatchRun {
 public:
  /// Reads the target. @throws Error (usage) for an objective that there is not; as `readTarget`
  MatchRun(MatchOptions options, MatchReports reports);

  /// Opens the libraries, and ranks what they propose. Ctrl-C ends it; then there is nothing to write.
  /// @throws Error (plugin) where not one patch proposed could be rendered; as `openSources`
  void rank();

  /// Searches on from there, if that is asked for, until the limit is reached, or Ctrl-C.
  void refine();

  /// The best that differ, and how they were come by, into a folder; while it refines, of what has been found
  /// so far.
  /// @param written  takes what was written, in its order
  /// @return as `writeResults`
  nlohmann::json write(const std::filesystem::path& folder, std::vector<Candidate>* written = nullptr);

  /// In `MatchReports::onFirst`: the best that differ of what it was told, to be heard at once.
  /// @return as `writeFirstResults`
  nlohmann::json writeFirst(const std::filesystem::path& folder, const std::vector<Candidate>& found,
                            std::vector<Candidate>* written = nullptr);

  const Target& target() const { return target_; }
  std::vector<Instrument>& instruments() { return sources_.instruments; }
  const Sources& sources() const { return sources_; }

 private:
  std::vector<Proposal> propose();
  void takeNear(const NearPatch& near);
  void tellProblems();
  std::vector<Candidate> bestOf(const std::vector<Candidate>& ranked) const;

  MatchOptions options_;
  MatchReports reports_;
  Target target_;
  Sources sources_;
  std::vector<Candidate> ranked_;  ///< nearest first
  std::function<std::vector<Candidate>()>
      found_;  ///< while it refines, in a report: what has been found so far
  std::vector<Proposal> unrendered_;
  std::vector<Proposal> around_;  ///< proposals near `MatchOptions::near`
  std::vector<LockedParameter> locked_;
  Refinement refinement_;
  std::vector<std::string> problems_;
};

}  // namespace patchpilot
