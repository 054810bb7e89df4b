#pragma once

#include "client/answers.h"
#include "daw/taken_sound.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace patchpilot {

/// How a session stands to the server.
enum class ServerLink {
  unknown,    ///< nobody has looked for one yet
  missing,    ///< none runs
  noProgram,  ///< none runs, and `patchpilot` is not found
  starting,
  connected
};

/// All that an editor shows of a `TrackSession`.
struct SessionView {
  ServerLink link = ServerLink::unknown;
  std::string problem;  ///< what has failed last, for a person; empty: nothing
  std::string notice;   ///< what was done last
  std::vector<OfferedLibrary> libraries;
  std::vector<std::string> chosen;  ///< ids of libraries; empty: the first that is usable
  bool scanning = false;
  std::vector<ShownMetric> metrics;  ///< in the order to show them in; empty: not known yet
  std::shared_ptr<const TakenSound> sound;
  Part part;                                     ///< of the sound, that is or will be matched
  bool asked = false;                            ///< a match is asked for, or runs
  std::optional<ServerMatch> match;              ///< the candidates in it can be heard if `heard` says so
  std::set<int> heard;                           ///< ranks whose renders are there
  std::map<int, std::filesystem::path> presets;  ///< files to drag, by rank
  bool installing = false;

  /// What the project keeps, if it cannot be read: it is saved as it came until a new sound is taken.
  std::shared_ptr<const std::vector<std::uint8_t>> unreadable;

  const MatchedCandidate* candidate(int rank) const;

  /// The libraries that a match would search.
  std::vector<const OfferedLibrary*> searched() const;

  /// Forgets a match and what was found.
  void forgetMatch();
};

}  // namespace patchpilot
