#include "app/candidate_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace patchpilot {

void printCandidates(const nlohmann::json& document, const CandidateColumns& columns) {
  std::size_t synthWidth = 5, originWidth = 4;
  for (const auto& c : document.at("candidates")) {
    synthWidth = std::max(synthWidth, c.at("synth").get_ref<const std::string&>().size());
    originWidth = std::max(originWidth, c.at("origin").get_ref<const std::string&>().size());
  }
  fmt::print("{:>2}  {}  {:<{}}  {:<{}}  {}\n", "", columns.title, "SYNTH", synthWidth, "FROM", originWidth,
             "FILES");
  for (const auto& c : document.at("candidates")) {
    std::string files = c.at("files").at("render").get<std::string>();
    for (const auto& preset : c.at("files").at("presets")) files += ", " + preset.get<std::string>();
    fmt::print("{:>2}  {}  {:<{}}  {:<{}}  {}\n", c.at("rank").get<int>(), columns.values(c),
               c.at("synth").get<std::string>(), synthWidth, c.at("origin").get<std::string>(), originWidth,
               files);
  }
}

void printWritten(const nlohmann::json& document, const std::string& out) {
  fmt::print("\nWritten to {}\n", out);
  for (const auto& c : document.at("candidates"))
    for (const auto& file : c.value("installed", nlohmann::json::array()))
      fmt::print("Installed {}\n", file.get<std::string>());
}

}  // namespace patchpilot
