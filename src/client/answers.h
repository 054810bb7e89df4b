#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// What `patchpilot serve` answers, as far as a client needs it: the schemas of docs/openapi.json with the
/// same names. Members that a newer server adds are ignored.

/// Schema `Library`.
struct OfferedLibrary {
  std::string id, name;
  std::string synth;    ///< name of the plug-in; empty if the library cannot be opened
  std::string problem;  ///< why it cannot be opened; else empty
  std::int64_t patches = 0;
  bool building = false;

  /// Whether a match can search it.
  bool isUsable() const { return problem.empty() && patches > 0; }
};

/// Schema `Metric`: how its values are shown.
struct ShownMetric {
  std::string name;   ///< in `MatchedCandidate::distances`
  std::string title;  ///< for people
  int digits = 2;     ///< behind the point
};

/// Schema `State`.
struct ServerState {
  std::string version;
  std::string data;  ///< the server's folder
  std::vector<OfferedLibrary> libraries;
  std::vector<std::string> synths;   ///< names of the plug-ins that are installed
  bool scanning = false;             ///< the synths are not known yet
  std::vector<ShownMetric> metrics;  ///< in the order to show them in
};

/// Schema `Sound`: one that was uploaded.
struct UploadedSound {
  std::string id, name;
  double seconds = 0;
};

/// Schema `Preset`.
struct OfferedPreset {
  std::string url;
  std::string name;    ///< of the file
  std::string format;  ///< its ending: "vstpreset", "fxp", "lv2"
};

/// Schema `Candidate`.
struct MatchedCandidate {
  int rank = 1;
  std::string name, synth, origin;
  std::optional<double> distance;           ///< by the objective: 0 same, 100 a random patch
  std::map<std::string, double> distances;  ///< by the name of the metric
  std::optional<double> gainDb;             ///< brings it to the level of the sound
  int note = 60, velocity = 100;
  std::string audio, install;  ///< addresses on the server
  std::vector<OfferedPreset> presets;

  bool operator==(const MatchedCandidate&) const = default;
};

bool operator==(const OfferedPreset& a, const OfferedPreset& b);

/// Schema `Target`: the note that was found in the sound.
struct MatchedTarget {
  int note = 60;
  std::string noteName;
  double confidence = 0;
  double startSeconds = 0;  ///< of the onset, in the sound
  double seconds = 0;       ///< of what is matched
};

/// Schema `Match`.
struct ServerMatch {
  std::string id, name;
  std::string state;  ///< schema `MatchState`
  std::string error;
  int position = 0;  ///< in the queue, from 1; 0: it does not wait
  std::optional<MatchedTarget> target;
  double done = 0, total = 0;  ///< total 0: not known
  std::optional<double> secondsLeft;
  int generation = 0;
  bool provisional = false;
  std::vector<MatchedCandidate> candidates;
  std::vector<std::string> remarks;

  bool isOver() const { return state == "done" || state == "stopped" || state == "failed"; }
};

/// What a client asks for; times are in seconds.
struct MatchQuestion {
  std::string sound;  ///< id
  std::vector<std::string> libraries;
  double start = 0, duration = 0;  ///< the part that is matched; 0: all of it
  std::optional<int> renders;      ///< how many to refine for; none: the server's own limit
  bool refine = true;
};

/// All throw Error (input) for a text that is no such answer.
ServerState serverStateFrom(const std::string& text);
UploadedSound uploadedSoundFrom(const std::string& text);
ServerMatch serverMatchFrom(const std::string& text);
std::string idFrom(const std::string& text);
std::vector<std::string> installedFilesFrom(const std::string& text);

/// The message of a schema `Error`; the beginning of the text if it is none.
std::string problemFrom(const std::string& text);

/// Schema `MatchRequest`.
std::string questionText(const MatchQuestion& question);

/// Candidates as they are kept in a project; `candidatesFrom` reads them again.
/// @throws Error (input) for a text that holds none
std::string candidatesText(const std::vector<MatchedCandidate>& candidates);
std::vector<MatchedCandidate> candidatesFrom(const std::string& text);

}  // namespace patchpilot
