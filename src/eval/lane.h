#pragma once

#include "eval/evaluation.h"
#include "eval/sound_files.h"
#include "listen/candidate.h"
#include "listen/target.h"
#include "propose/proposers.h"
#include "search/searcher.h"

#include <chrono>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace patchpilot {

/// Runs rows over targets with engines of its own. Several lanes share the libraries, one at a time.
class Lane {
 public:
  /// @param options, sources, librariesInUse  must outlive the lane
  Lane(const EvaluationOptions& options, Sources& sources, Engines engines, std::mutex& librariesInUse)
      : options_(options), sources_(sources), engines_(std::move(engines)), librariesInUse_(librariesInUse) {}

  /// Reads the target for the rows that follow.
  /// @param other  the target that is answered in its place by rows that are shuffled
  /// @throws Error (input) as `readTarget`
  void begin(const TargetEntry& entry, const TargetEntry& other);

  const Target& target() const { return target_; }           ///< as the methods see it
  const AudioBuffer& sound() const { return truth_.sound; }  ///< as it is in its file

  /// @param sounds  where the sound of the best is kept, if it is
  EvaluationResult run(const EvaluationRow& row, const std::optional<SoundFiles>& sounds);

 private:
  using Clock = std::chrono::steady_clock;

  /// The best of what a row rendered, and what it cost.
  struct Finding {
    std::optional<Candidate> best;
    std::size_t renders = 0;
    double nearest = std::numeric_limits<double>::infinity();  ///< distance of the best, by the objective
    std::vector<TracePoint> trace;
    std::vector<std::string> problems;
    std::optional<std::size_t> rank;  ///< see `EvaluationResult`
  };
  class WatchedProposer;
  class Watcher;

  Target asMethodsSee(const TargetEntry& entry) const;
  void listenTo(const TargetEntry& entry);
  void search(const EvaluationRow& row, EvaluationResult& result, const std::optional<SoundFiles>& sounds);
  void measureFloor(EvaluationResult& result);
  Finding firstAudible(const EvaluationRow& row);
  Finding searchAll(const EvaluationRow& row, Clock::time_point start);
  Finding runSession(const EvaluationRow& row, Clock::time_point start);

  ProposerContext context(const EvaluationRow& row);
  std::unique_lock<std::mutex> useLibraries();
  bool holdsTruth(const EvaluationRow& row);
  std::size_t rankOfTruth(const std::vector<Proposal>& proposals) const;
  int velocity() const { return options_.known ? entry_->velocity : options_.velocity; }
  void rank(std::vector<Proposal> proposals, Finding& finding, Clock::time_point start);
  void note(Finding& finding, Clock::time_point start, std::size_t renders, const Standing& best) const;
  AudioBuffer laidOver(const AudioBuffer& match) const;
  void describe(EvaluationResult& result, Finding finding);

  const EvaluationOptions& options_;
  Sources& sources_;
  Engines engines_;
  std::mutex& librariesInUse_;
  const TargetEntry* entry_ = nullptr;
  const TargetEntry* other_ = nullptr;
  Target truth_;                              ///< the sound as it is in its file, with its true note
  Target target_;                             ///< as the methods see it
  std::optional<Ruler> ruler_;                ///< of the sound as it is in its file
  std::vector<std::optional<Patch>> truths_;  ///< the true patch, for each instrument whose patch it is
  double waited_ = 0;  ///< seconds that the row in hand has spent waiting for other lanes
};

}  // namespace patchpilot
