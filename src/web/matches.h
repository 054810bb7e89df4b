#pragma once

#include "web/feed.h"
#include "web/job_process.h"
#include "web/libraries.h"
#include "web/sounds.h"
#include "wire/match_record.h"

#include <map>

namespace patchpilot {

/// How many matches run at a time, and how many processes each renders with.
struct MatchShare {
  int matches = 1;
  int workers = 1;  ///< of each match
};

/// The share of each match, so that all workers together do not exceed the cores.
/// @param matches  how many are to run at a time; 0: two if there are cores for them
MatchShare matchShare(int cores, int matches = 0);

/// The matches that were asked for: queued, run some at a time, each in a process of its own, and kept on
/// disk, from where they reopen. Safe to use from any thread.
///
/// What a match has found is written in generations, each a folder as `patchpilot match` writes it; the last
/// few of a match are kept, so that what a page has seen can still be heard while better ones are found. The
/// first is provisional: what came of the first renders, of which presets and recipes are made when they are
/// asked for.
class Matches : private JobObserver<JobEvent> {
 public:
  /// Reads what is on disk. What was running when the server before ended has stopped; what was queued is
  /// queued again.
  Matches(const Store& store, Feed& feed, std::filesystem::path program, const Sounds& sounds,
          Libraries& libraries, MatchShare share);
  ~Matches() override;

  /// Queues a match as a request asks. @return its id. @throws HttpError
  std::string start(const nlohmann::json& body);

  /// All of them in few words, newest first.
  nlohmann::json list();

  /// All that is known of one. @throws HttpError 404
  nlohmann::json view(const std::string& id);

  bool isOver(const std::string& id);

  /// Whether one waits or runs.
  bool areBusy() const { return !queue_.isEmpty(); }

  /// What it is called. @throws HttpError 404
  std::string nameOf(const std::string& id);

  /// When it has changed last, as `Feed` counts.
  std::uint64_t versionOf(const std::string& id);

  /// Ends one match and no other: what is queued or searching is given up, what refines keeps the best so
  /// far.
  void stop(const std::string& id);

  void remove(const std::string& id);

  /// Removes a sound, or a library made here. @throws HttpError 404; 409 where a match that is not over needs
  /// it; as `Libraries::remove`
  void removeSound(const std::string& id);
  void removeLibrary(const std::string& id);

  /// Views of those that have changed after `seen`.
  std::vector<nlohmann::json> changedSince(std::uint64_t seen);

  /// The folder of a match. @throws HttpError 404
  std::filesystem::path folder(const std::string& id);

  /// The folder of what it has found. @param generation  empty for the newest. @throws HttpError 404
  std::filesystem::path found(const std::string& id, const std::string& generation);

 private:
  struct Match {
    MatchRecord record;
    std::uint64_t version = 0;
  };

  void jobStarted(const std::string& id) override;
  void jobTold(const std::string& id, const JobEvent& event) override;
  void jobEnded(const std::string& id, const JobOutcome& outcome) override;

  // The caller of these holds the lock.
  Match& get(const std::string& id);
  void load(const std::string& id);
  void save(const MatchRecord& match) const;
  void touch(Match& match) const;
  void touchWaiting();
  nlohmann::json describe(const MatchRecord& match) const;
  std::optional<std::size_t> positionOf(const MatchRecord& match) const;
  void check(MatchRequest& request);
  void takeDefaults(MatchRequest& request);
  void enqueue(const std::string& id);
  JobRequest jobOf(const MatchRecord& match);
  void take(MatchRecord& match, const JobEvent& event);
  void end(MatchRecord& match, MatchState state, const std::string& problem) const;
  std::filesystem::path folderOf(const std::string& id) const;
  std::filesystem::path patchesOf(const NearRequest& near) const;
  void dropOldGenerations(const MatchRecord& match) const;
  template <typename Needs>
  void refuseIfNeeded(const Needs& needs) const;

  const Store& store_;
  Feed& feed_;
  std::filesystem::path program_;
  const Sounds& sounds_;
  Libraries& libraries_;
  int workers_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Match>> matches_;
  JobQueue<JobEvent> queue_;  ///< last, so that no job runs when the rest goes
};

}  // namespace patchpilot
