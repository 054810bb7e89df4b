#pragma once

#include "library/library_settings.h"
#include "synth/synth.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace patchpilot {

/// The subcommands of `library`, each in a file of its own.
void addLibraryBuildCommand(CLI::App& library);
void addLibraryAddCommand(CLI::App& library);
void addLibraryEmbedCommand(CLI::App& library);
void addLibraryMergeCommand(CLI::App& library);
void addLibraryInfoCommand(CLI::App& library);
void addLibraryListCommand(CLI::App& library);

/// The options of commands that fill a library: what renders are embedded by, and whether they are kept.
void addKeepingOptions(CLI::App& command, std::string& embedder, bool& keepAudio);

/// Whether there is a library to go on with. A run that was killed before its first transaction leaves a file
/// of no bytes.
bool isBegun(const std::string& file);

/// @throws Error (usage) if the folder of a file that is to be written is missing
void requireFolderOf(const std::string& file);

/// What a library is embedded by stays as it is; if an embedder is asked for, it must be the one that the
/// library began with.
/// @param library  none if it is yet to be made
std::vector<EmbedderInfo> embeddersFor(const Synth& synth, const std::string& asked,
                                       const LibrarySettings* library);

}  // namespace patchpilot
