#pragma once

#include "listen/target.h"
#include "match/session.h"
#include "match/sources.h"
#include "wire/match_document.h"

#include <map>

namespace patchpilot {

/// A patch to search on around.
struct NearPatch {
  Proposal proposal;  ///< of the synth of the libraries, which must be one; its `synth` does not count
  std::map<std::string, float> changes;  ///< other values of some parameters, by their keys, normalized
  std::vector<std::string> locked;       ///< keys of parameters that keep their values
};

/// What a user asks a match for.
struct MatchOptions {
  std::filesystem::path sound;
  std::string name;  ///< what the sound is called; its file if empty
  std::vector<std::string>
      methods;  ///< as `parseMethod` reads them; empty: retrieval, and models of the synths
  std::vector<std::string> libraries;  ///< files
  std::string embedder;                ///< by which they are searched; empty: each by its first
  std::string space;                   ///< of the synth, if there are no libraries
  SynthOptions synth;
  TargetOptions target;
  int top = 5;
  int proposals = 50;
  int velocity = 100;
  bool refine = false;  ///< also set by a method that refines
  RefineLimits limits;
  std::uint64_t seed = 1;
  std::string objective;  ///< see `objectiveNames`; empty: the default
  int workers = 0;        ///< processes of each synth, 0: one for each core
  std::optional<NearPatch>
      near;  ///< in place of the proposals, which then only give sections to what is bred
};

/// Told of what happens before the session begins, and in it.
class MatchObserver : public SessionObserver {
 public:
  virtual void onTarget([[maybe_unused]] const Target& target) {}
  /// See `SourceOptions`.
  virtual void onIndex([[maybe_unused]] const std::string& file, [[maybe_unused]] double done) {}
  virtual void onFallback([[maybe_unused]] const std::string& file, [[maybe_unused]] const std::string& why) {
  }
};

/// What a user asked for, opened: the target, the libraries and synths, and the session over them.
class Match {
 public:
  /// Reads the target. @throws Error (usage) for a method or objective that does not exist, or methods that
  /// contradict each other; as `readTarget`
  Match(MatchOptions options, MatchObserver& observer, std::stop_token stop);

  /// Opens the libraries and synths, and ranks what the methods propose.
  /// @throws Error (usage) if a method needs a library and there is none; Error (plugin) if not one of the
  /// patches proposed could be rendered; as `openSources` and `Session::rank`
  void rank();

  /// Searches on from there, if that was asked for.
  void refine();

  bool refines() const { return options_.refine; }

  /// The best that differ, and how they were found, into a folder.
  /// @param found    nearest first
  /// @param written  takes what was written, in its order
  /// @return as `writeResults`
  MatchDocument write(const std::filesystem::path& folder, const std::vector<Candidate>& found,
                      std::vector<Candidate>* written = nullptr);
  MatchDocument write(const std::filesystem::path& folder, std::vector<Candidate>* written = nullptr) {
    return write(folder, session().candidates(), written);
  }

  /// The same of preliminary candidates (`SessionObserver::onFirst`), as quickly as possible. @return as
  /// `writeFirstResults`
  MatchDocument writeFirst(const std::filesystem::path& folder, const std::vector<Candidate>& found,
                           std::vector<Candidate>* written = nullptr);

  const Target& target() const { return target_; }
  const Sources& sources() const { return sources_; }
  Session& session() { return *session_; }

 private:
  void open();
  SearchFacts facts() const;
  std::string advice(const Candidate& best) const;
  void searchNear(const NearPatch& near, SessionPlan& plan) const;

  MatchOptions options_;
  MatchObserver& observer_;
  std::stop_token stop_;
  std::vector<std::string> proposers_;  ///< names
  Target target_;
  Objective objective_;
  Sources sources_;
  std::optional<Session> session_;
};

}  // namespace patchpilot
