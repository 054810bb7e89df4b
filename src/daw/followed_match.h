#pragma once

#include "client/server_client.h"
#include "daw/played_set.h"
#include "daw/taken_sound.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// A match on the server, how it goes, and the renders of its candidates. Times in it are in the sound that
/// is matched, of which only a slice was sent.
class FollowedMatch {
 public:
  /// Sends a part of a sound, with a margin, and has it matched.
  /// @param libraries  ids. @param renders  how many to refine for; none: the server's own limit
  /// @throws Error as `ServerClient`, and (input) if there is no library
  static FollowedMatch begin(ServerClient& client, const TakenSound& sound, Part part,
                             const std::vector<std::string>& libraries, std::optional<int> renders);

  /// One that was begun before, as a project has kept it. @param part  of the sound, for which it was begun
  FollowedMatch(ServerMatch kept, Part part)
      : progress_(std::move(kept)), part_(part), isSettled_(progress_.id.empty()) {}

  /// Asks the server how it goes, and gets the renders if the candidates are new.
  /// @return whether the renders are new
  /// @throws Error: (system) if nobody answers: ask again, any server of the same data. (input) if the match
  /// or its renders are gone: then it is settled
  bool ask(ServerClient& client);

  const ServerMatch& progress() const { return progress_; }

  /// Of the candidates in `progress`, by rank; empty until `ask` has got them.
  const std::map<int, CandidateRender>& renders() const { return renders_; }

  /// Whether the server works on it, as far as is known.
  bool isRunning() const { return !isSettled_ && !progress_.isOver(); }

  /// Whether the server has nothing more to tell.
  bool isSettled() const { return isSettled_; }

  /// What is heard as the target while a part is marked: the note that was found in it, if it was matched.
  Part targetIn(Part marked) const;

 private:
  bool getRenders(ServerClient& client, ServerMatch& next);

  ServerMatch progress_;
  Part part_;
  std::optional<double> sliceStart_;  ///< of what was sent, in the sound; none: it is not known yet
  std::map<int, CandidateRender> renders_;
  std::optional<int> rendered_;  ///< generation that `renders_` belongs to
  bool isSettled_;
};

}  // namespace patchpilot
