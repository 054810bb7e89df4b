#include "app/commands.h"
#include "app/library_commands.h"
#include "app/library_index.h"
#include "base/error.h"
#include "ingest/default_embedder.h"

#include <filesystem>

namespace patchpilot {

namespace fs = std::filesystem;

bool isBegun(const std::string& file) {
  std::error_code error;
  return fs::exists(file, error) && !(fs::is_regular_file(file, error) && fs::file_size(file, error) == 0);
}

void requireFolderOf(const std::string& file) {
  const fs::path folder = fs::absolute(file).parent_path();
  if (!fs::is_directory(folder)) failUsage("{}: there is no such folder; make it first", folder.string());
}

std::vector<EmbedderInfo> embeddersFor(const Synth& synth, const std::string& asked,
                                       const LibrarySettings* library) {
  if (library == nullptr) return firstEmbedders(synth, asked);
  if (asked.empty() || asked == library->embedders.front().name) return library->embedders;
  return {embedderInfo(asked)};
}

void addKeepingOptions(const Command& command, std::string& embedder, bool& keepAudio) {
  command.option("--embedder", embedder,
                 "What renders are compared by ('models' lists them), settled when the library is made; "
                 "'library embed' adds others (without it: ours beside mel-envelope if one is trained for "
                 "the synth, else mel-envelope)");
  command.flag("--keep-audio", keepAudio,
               "Keep each render as FLAC in the library, so that 'library embed' need not make it again");
}

void addLibraryCommand(const Command& app) {
  const auto library = app.subcommand("library", "Make libraries of rendered patches, and look at them");
  library.requireSubcommand();
  addLibraryBuildCommand(library);
  addLibraryAddCommand(library);
  addLibraryEmbedCommand(library);
  addLibraryMergeCommand(library);
  addLibraryIndexCommand(library);
  addLibraryInfoCommand(library);
  addLibraryListCommand(library);
}

}  // namespace patchpilot
