#pragma once

#include "daw/project_state.h"
#include "daw/session_view.h"

#include <map>
#include <mutex>
#include <span>

namespace patchpilot {

/// Makes what a DAW's project keeps of a view; of one whose project could not be read, that. Hosts save
/// often: the sound is encoded again only if another part of it is to be kept. For any thread.
class ProjectSaver {
 public:
  std::vector<std::uint8_t> save(const SessionView& view, const std::map<std::string, float>& parameters);

 private:
  Flac encoded(const std::shared_ptr<const TakenSound>& sound, Part part);

  std::mutex mutex_;
  std::shared_ptr<const TakenSound> sound_;
  Part part_;
  Flac flac_;
};

/// What a project brings back.
struct RestoredProject {
  std::map<std::string, float> parameters;
  std::vector<std::string> libraries;
  std::shared_ptr<const TakenSound> sound;  ///< null: none
  Part part;
  std::optional<ServerMatch> match;  ///< as far as it was kept; its id may be empty
};

/// @throws Error (input) as `unpackProjectState`, or if the sound is damaged
RestoredProject restoredProject(std::span<const std::uint8_t> bytes);

}  // namespace patchpilot
