#pragma once

#include "web/feed.h"
#include "web/job_process.h"
#include "web/libraries.h"
#include "web/sounds.h"

#include <nlohmann/json.hpp>

#include <deque>
#include <map>
#include <thread>

namespace patchpilot {

/// The matches that were asked for: queued, run one after another, each in a process of its own, and kept on
/// disk, from where they reopen. Safe to use from any thread.
///
/// What a match has found is written in generations, each a folder as `patchpilot match` writes it; the last
/// few of a match are kept, so that what a page has seen can still be heard while better ones are found. The
/// first is provisional: what came of the first renders, of which presets and recipes are made when they are
/// asked for.
class Matches {
 public:
  /// Reads what is on disk. What was running when the server before ended has stopped; what was queued is
  /// queued again.
  Matches(const Store& store, Feed& feed, std::filesystem::path program, const Sounds& sounds,
          Libraries& libraries);
  ~Matches();

  /// Queues a match as a request asks. @return its id. @throws HttpError
  std::string start(const nlohmann::json& body);

  /// All of them in few words, newest first.
  nlohmann::json list();

  /// All that is known of one. @throws HttpError 404
  nlohmann::json view(const std::string& id);

  bool isOver(const std::string& id);

  /// When it has changed last, as `Feed` counts.
  std::uint64_t versionOf(const std::string& id);

  /// Ends it: what is queued or searching is given up, what refines keeps the best so far.
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
  struct Match;

  Match& get(const std::string& id);
  void load(const std::string& id);
  void save(const Match& match) const;
  void touch(Match& match) const;
  nlohmann::json describe(const Match& match) const;
  nlohmann::json checked(const nlohmann::json& body);
  nlohmann::json jobOf(const Match& match);
  void takeDefaults(nlohmann::json& request, const nlohmann::json& near);
  std::filesystem::path patchesOf(const nlohmann::json& near) const;
  void work();
  void run(const std::string& id);
  void take(Match& match, const nlohmann::json& message);
  void end(Match& match, const std::string& problem);
  void dropOldGenerations(const Match& match) const;
  template <typename Needs>
  void refuseWhereNeeded(const Needs& needs) const;

  const Store& store_;
  Feed& feed_;
  std::filesystem::path program_;
  const Sounds& sounds_;
  Libraries& libraries_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Match>> matches_;
  std::deque<std::string> queue_;
  std::string running_;            ///< id; empty where nothing runs
  JobProcess* process_ = nullptr;  ///< of the one that runs
  std::condition_variable wake_;
  bool closing_ = false;
  std::thread worker_;
};

}  // namespace patchpilot
