#include "app/commands.h"
#include "app/library_commands.h"
#include "base/places.h"
#include "library/installed.h"
#include "library/library.h"
#include "library/preset_index.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// A file in one of the folders of libraries.
struct Entry {
  fs::path file;
  std::uintmax_t bytes = 0;
  std::optional<LibrarySettings> settings;  ///< nothing if it cannot be read
  std::uint64_t patches = 0;
  bool isIndex = false;
  std::string problem;  ///< why it cannot be read

  std::string name() const { return file.stem().string(); }

  std::vector<std::string> embedders() const {
    std::vector<std::string> names;
    for (const EmbedderInfo& embedder : settings->embedders) names.push_back(embedder.name);
    return names;
  }
};

Entry read(const fs::path& file) {
  Entry entry{file};
  std::error_code error;
  if (const auto bytes = fs::file_size(file, error); !error) entry.bytes = bytes;
  try {
    Library library = Library::open(file);
    entry.patches = library.counts().patches;
    entry.settings = library.settings();
    entry.isIndex = isPresetIndex(file);
  } catch (const std::exception& problem) {
    entry.problem = problem.what();
  }
  return entry;
}

nlohmann::json describe(const Entry& entry) {
  nlohmann::json json = {{"name", entry.name()}, {"file", entry.file.string()}, {"bytes", entry.bytes}};
  if (!entry.settings) {
    json["problem"] = entry.problem;
    return json;
  }
  const LibrarySettings& s = *entry.settings;
  json["space"] = s.spaceName;
  json["synth"] = {
      {"name", s.synthName}, {"format", s.synthFormat}, {"id", s.synthId}, {"version", s.synthVersion}};
  json["patches"] = entry.patches;
  json["index"] = entry.isIndex;
  json["embedders"] = entry.embedders();
  return json;
}

void printTable(const std::vector<Entry>& entries) {
  std::size_t name = 4, space = 5, synth = 5, embedders = 9;
  const auto embeddersOf = [](const Entry& e) { return fmt::format("{}", fmt::join(e.embedders(), ", ")); };
  for (const Entry& entry : entries) {
    name = std::max(name, entry.name().size());
    if (!entry.settings) continue;
    space = std::max(space, entry.settings->spaceName.size());
    synth = std::max(synth, entry.settings->synthName.size());
    embedders = std::max(embedders, embeddersOf(entry).size());
  }
  fmt::print("{:<{}}  {:<{}}  {:<{}}  {:>9}  {:<{}}  {:>10}  {}\n", "NAME", name, "SPACE", space, "SYNTH",
             synth, "PATCHES", "EMBEDDERS", embedders, "SIZE", "FILE");
  for (const Entry& entry : entries)
    if (entry.settings)
      fmt::print("{:<{}}  {:<{}}  {:<{}}  {:>9}  {:<{}}  {:>7.1f} MB  {}\n", entry.name(), name,
                 entry.settings->spaceName, space, entry.settings->synthName, synth, entry.patches,
                 embeddersOf(entry), embedders, double(entry.bytes) / 1e6,
                 entry.file.string() + (entry.isIndex ? " (index)" : ""));
    else fmt::print("{:<{}}  {}\n", entry.name(), name, entry.problem);
}

void list(bool json) {
  std::vector<Entry> entries;
  for (const fs::path& file : installedLibraries()) entries.push_back(read(file));
  if (json) {
    nlohmann::json libraries = nlohmann::json::array();
    for (const Entry& entry : entries) libraries.push_back(describe(entry));
    return printJson({{"folder", libraryFolder().string()}, {"libraries", libraries}});
  }
  if (!entries.empty()) return printTable(entries);
  fmt::print("No libraries in {}. 'patchpilot library build --space SPACE --count 3000' makes one.\n",
             libraryFolder().string());
}

}  // namespace

void addLibraryListCommand(const Command& library) {
  auto json = std::make_shared<bool>(false);
  const auto command = library.subcommand("list",
                                          "List the libraries that every command finds by their names: the "
                                          "user's, and those that come with Patch Pilot");
  command.flag("--json", *json, "Print JSON");
  command.run([json] { list(*json); });
}

}  // namespace patchpilot
