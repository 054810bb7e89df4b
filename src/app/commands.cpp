#include "app/commands.h"

#include "base/error.h"
#include "base/ranks.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <sstream>

namespace patchpilot {

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
    int note = -1;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), note);
    if (error != std::errc() || end != part.data() + part.size() || note < 0 || note > 127)
      failUsage("'{}' is no list of MIDI notes; give numbers from 0 to 127, such as 60 or 36,48,60,72", text);
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
  }
  if (notes.empty())
    failUsage("'{}' is no list of MIDI notes; give numbers from 0 to 127, such as 60 or 36,48,60,72", text);
  return notes;
}

}  // namespace patchpilot
