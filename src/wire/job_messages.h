#pragma once

#include "base/process.h"
#include "synth/catalogue.h"
#include "wire/match_facts.h"

#include <variant>

namespace patchpilot {

// Requests of the server to a job's process. The first says what to do; then only `StopJob` follows.

/// Decodes a sound file to WAV. Ends with `Decoded`.
struct DecodeJob {
  std::filesystem::path source, out;
};

/// Matches a sound. Ends with `Matched`.
struct MatchJob {
  MatchRequest request;
  std::filesystem::path sound;                   ///< the sound of `request`
  std::vector<std::filesystem::path> libraries;  ///< the libraries of `request`
  std::filesystem::path nearPatches;             ///< `packPatches`; if `request.near` is given
  std::filesystem::path folder;                  ///< takes `target.wav` and a folder for each generation
  std::string name;                              ///< what presets are named after
  int generation = 0;                            ///< the last one that was written
  int workers = 0;                               ///< processes that render with each synth; 0: one a core
};

/// Finds patches for words. Ends with `Matched`.
struct TextJob {
  std::string text;
  std::vector<std::filesystem::path> libraries;
  std::filesystem::path folder;
  int top = 5;
  int generation = 0;
  int workers = 0;            ///< see `MatchJob`
  std::optional<double> bpm;  ///< see `MatchRequest`
};

/// Builds a library, or adds to it. Ends with `Built`.
struct BuildJob {
  std::filesystem::path file;
  std::string space;                  ///< name; empty: one is made of what the plug-in reports
  std::string format, plugin, synth;  ///< format, id and name of the plug-in
  std::uint64_t count = 0;            ///< patches that the library is to have
  std::optional<double> bpm;          ///< see `BuildRequest`
};

/// Lists the plug-ins on this machine. Ends with `Scanned`.
struct ScanJob {};

/// Asks a job to end soon, with what it has.
struct StopJob {};

using JobRequest = std::variant<DecodeJob, MatchJob, TextJob, BuildJob, ScanJob, StopJob>;

// What a job's process tells.

struct TargetRead {
  TargetFacts target;
};

struct RankingProgress {
  std::uint64_t done = 0, total = 0;
};

struct CandidatesWritten {
  int generation = 0;
  FoundCandidates found;
};

struct RefiningProgress {
  std::uint64_t renders = 0;
  double seconds = 0;
  double distance = 0;  ///< of the best, by the objective
  double mss = 0;       ///< of the same
  double share = 0;     ///< of the limit that is reached first, 0 to 1; 0 if it is not known
  std::optional<double> secondsLeft;
};

/// Renders were skipped.
struct RendersSkipped {
  std::uint64_t count = 0;
  std::string first;  ///< why the first of them was
};

struct Remark {
  std::string text;
};

struct BuildProgressed {
  std::uint64_t done = 0;
};

// One of these comes last.

struct Decoded {
  double seconds = 0;
  double rate = 0;  ///< of the file, in Hz
  int channels = 0;
};

struct Matched {
  bool stopped = false;
};

struct Built {
  bool stopped = false;
  std::uint64_t patches = 0;
};

struct Scanned {
  std::vector<PluginInfo> plugins;
};

struct JobFailed {
  std::string message;
};

using JobEvent =
    std::variant<TargetRead, RankingProgress, CandidatesWritten, RefiningProgress, RendersSkipped, Remark,
                 BuildProgressed, Decoded, Matched, Built, Scanned, JobFailed>;

/// Whether an event is the last of its job.
bool isLast(const JobEvent& event);

nlohmann::json toJson(const JobRequest& request);
nlohmann::json toJson(const JobEvent& event);

/// @throws Error (input) that says what is wrong
JobRequest jobRequestFrom(const nlohmann::json& message);
JobEvent jobEventFrom(const nlohmann::json& message);

/// Sends a message. @return false if the other side is gone
bool send(MessageChannel& channel, const JobRequest& request);
bool send(MessageChannel& channel, const JobEvent& event);

/// Waits for a message, as `MessageChannel::receive`. @throws Error (input) if it cannot be decoded
MessageChannel::Arrival receive(MessageChannel& channel, JobRequest& request,
                                double seconds = MessageChannel::kForever);
MessageChannel::Arrival receive(MessageChannel& channel, JobEvent& event,
                                double seconds = MessageChannel::kForever);

}  // namespace patchpilot
