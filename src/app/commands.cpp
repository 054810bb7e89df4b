#include "app/commands.h"

#include "audio/pitch.h"
#include "base/error.h"
#include "base/ranks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace patchpilot {

namespace {

constexpr auto kNoNotes = FMT_STRING(
    "'{}' is no list of MIDI notes; give numbers from 0 to 127 or names, such as 60 or C2,C3,C4,C5");

}  // namespace

void printJson(const nlohmann::json& value) {
  fmt::print("{}\n", value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

void requireOneProcess(const std::string& command, const std::string& instead) {
  if (Ranks::areThere()) failUsage("'{}' is one process; {}", command, instead);
}

std::vector<int> parseNotes(const std::string& text) {
  std::vector<int> notes;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    const auto note = parseNote(part);
    if (!note) failUsage(kNoNotes, text);
    if (std::find(notes.begin(), notes.end(), *note) == notes.end()) notes.push_back(*note);
  }
  if (notes.empty()) failUsage(kNoNotes, text);
  return notes;
}

}  // namespace patchpilot
