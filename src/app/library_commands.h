#pragma once

#include "library/library_settings.h"
#include "synth/synth.h"

#include "app/arguments.h"

#include <string>
#include <vector>

namespace patchpilot {

/// The subcommands of `library`, each in a file of its own.
void addLibraryBuildCommand(const Command& library);
void addLibraryAddCommand(const Command& library);
void addLibraryEmbedCommand(const Command& library);
void addLibraryMergeCommand(const Command& library);
void addLibraryInfoCommand(const Command& library);
void addLibraryListCommand(const Command& library);

/// The options of commands that fill a library: what renders are embedded by, and whether they are kept.
void addKeepingOptions(const Command& command, std::string& embedder, bool& keepAudio);

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
