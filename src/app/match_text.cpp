#include "app/match_text.h"

#include "app/commands.h"
#include "app/progress.h"
#include "base/error.h"
#include "base/process.h"
#include "match/results.h"

#include <fmt/format.h>

#include <algorithm>

namespace patchpilot {

namespace {

double longestRender(const std::vector<std::string>& libraries) {
  double seconds = 0;
  for (const auto& file : libraries) seconds = std::max(seconds, Library::open(file).settings().durationSeconds);
  return seconds;
}

void print(const nlohmann::json& document, const std::string& out) {
  std::size_t synthWidth = 5, originWidth = 4;
  for (const auto& c : document.at("candidates")) {
    synthWidth = std::max(synthWidth, c.at("synth").get_ref<const std::string&>().size());
    originWidth = std::max(originWidth, c.at("origin").get_ref<const std::string&>().size());
  }
  fmt::print("{:>2}  {:>10}  {:<{}}  {:<{}}  {}\n", "", "SIMILARITY", "SYNTH", synthWidth, "FROM", originWidth, "FILES");
  for (const auto& c : document.at("candidates")) {
    std::string files = c.at("files").at("render").get<std::string>();
    for (const auto& preset : c.at("files").at("presets")) files += ", " + preset.get<std::string>();
    fmt::print("{:>2}  {:>10.3f}  {:<{}}  {:<{}}  {}\n", c.at("rank").get<int>(), c.at("similarity").get<double>(), c.at("synth").get<std::string>(),
               synthWidth, c.at("origin").get<std::string>(), originWidth, files);
  }
  fmt::print("\nWritten to {}\n", out);
  for (const auto& c : document.at("candidates"))
    for (const auto& file : c.value("installed", nlohmann::json::array())) fmt::print("Installed {}\n", file.get<std::string>());
}

}  // namespace

void runTextSearch(const TextSearch& search) {
  if (oneLine(search.text).empty()) failUsage("--text says nothing; describe a sound, such as \"warm analog brass stab\"");
  StagedDirectory folder(search.out, search.force);
  Sources sources = openSources(sourceNames(search.libraries, search.embedder), {search.synth, search.workers, longestRender(search.libraries), true, indexProgress(search.json)});
  std::vector<SearchLibrary*> libraries;
  for (SearchLibrary& library : sources.libraries) libraries.push_back(&library);
  std::vector<TextMatch> found = searchByText(libraries, search.text, search.top);
  nlohmann::json document = writeTextResults(folder.path(), search.text, found, sources.instruments);
  for (const auto& problem : document.at("skipped")) fmt::print(stderr, "skipped: {}\n", problem.get_ref<const std::string&>());
  if (found.empty() && interrupted()) return;
  folder.commit();
  if (search.install) installResults(document, search.out, sources.instruments);
  if (search.json) printJson(document);
  else print(document, search.out);
}

}  // namespace patchpilot
