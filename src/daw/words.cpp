#include "daw/words.h"

#include "audio/pitch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

std::string durationText(double seconds) {
  const auto whole = std::max(0L, std::lround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

}  // namespace

std::string linkText(const SessionView& view) {
  switch (view.link) {
    case ServerLink::unknown: return "Looking for Patch Pilot";
    case ServerLink::missing: return "Patch Pilot is not running";
    case ServerLink::noProgram: return "The program is not found";
    case ServerLink::starting: return "Patch Pilot starts";
    case ServerLink::connected: return view.scanning ? "Looking for synths" : "Ready";
  }
  return "";
}

std::string statusText(const SessionView& view) {
  if (view.asked && (!view.match || view.match->isOver())) return "Sending the sound";
  if (!view.match) return "";
  const ServerMatch& match = *view.match;
  if (match.state == "queued")
    return match.position > 0 ? fmt::format("Waiting, number {} in the queue", match.position)
                              : "Waiting for its turn";
  if (match.state == "searching") return "Searching the library";
  if (match.state == "ranking")
    return match.provisional ? "These are the first; listening to the others" : "Listening to what was found";
  if (match.state == "refining")
    return match.secondsLeft ? fmt::format("Refining, {} left", durationText(*match.secondsLeft))
                             : "Refining";
  if (match.state == "stopped") return "Stopped";
  if (match.state == "failed") return "It failed";
  return match.candidates.empty() ? "Nothing was found" : "Done";
}

double progressOf(const SessionView& view) {
  if (!view.asked || !view.match || view.match->total <= 0) return -1;
  return std::clamp(view.match->done / view.match->total, 0.0, 1.0);
}

std::string metricsText(const MatchedCandidate& candidate, const SessionView& view) {
  std::vector<ShownMetric> metrics = view.metrics;
  if (metrics.empty())
    for (const auto& [name, value] : candidate.distances) metrics.push_back({name, name});
  std::string text;
  for (const ShownMetric& metric : metrics)
    if (const auto known = candidate.distances.find(metric.name); known != candidate.distances.end())
      text +=
          fmt::format("{}{} {:.{}f}", text.empty() ? "" : ", ", metric.title, known->second, metric.digits);
  return text;
}

std::string originText(const MatchedCandidate& candidate, const SessionView& view) {
  const bool isOther = view.match && view.match->target && view.match->target->note != candidate.note;
  return isOther ? fmt::format("{}, at {}", candidate.origin, noteName(candidate.note)) : candidate.origin;
}

std::string distanceText(const MatchedCandidate& candidate) {
  return candidate.distance ? fmt::format("{:.1f}", *candidate.distance) : "\u2013";
}

std::string soundText(const SessionView& view) {
  if (!view.sound) return "";
  std::string text = fmt::format("From {:.2f} s, for {:.2f} s", view.part.start, view.part.seconds);
  if (view.match && view.match->target)
    text += fmt::format(". Found {}, {:.0f} % sure", view.match->target->noteName,
                        100 * view.match->target->confidence);
  return text;
}

std::string missingText(const SessionView& view) {
  if (!view.sound) return "First a sound.";
  if (view.link == ServerLink::connected && view.searched().empty())
    return view.scanning ? "Looking for synths."
                         : "There is no library yet. Build one on Patch Pilot's page.";
  return "";
}

}  // namespace patchpilot
