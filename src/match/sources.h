#pragma once

#include "propose/search_library.h"
#include "synth/plugin_engine.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace patchpilot {

/// What a match draws on: libraries, and one engine for each synth that made them.
struct Sources {
  std::vector<SearchLibrary> libraries;
  Engines engines;

  /// All libraries, as proposers take them.
  std::vector<SearchLibrary*> searched();

  /// The file of the first library of a synth.
  const std::filesystem::path& fileOf(std::size_t synth) const;
};

/// Which library to open, and for a search by what.
struct SourceName {
  std::string file;
  std::string embedder;  ///< by name; empty: the library's first, or for texts the first that knows them
};

/// Libraries that are all searched by one embedder. @param embedder  may be empty
std::vector<SourceName> sourceNames(const std::vector<std::string>& files, const std::string& embedder = "");

struct SourceOptions {
  SynthOptions synth;
  int workers = 0;            ///< processes of each instrument, 0: one for each core
  double longestSeconds = 4;  ///< no render listens longer
  bool forTexts = false;  ///< texts are searched for, not sounds: renders last as long as the libraries' own,
                          ///< if that is longer
  /// Told of an index that is being made, and how much of that is done.
  std::function<void(const std::string& file, double done)> onIndex;
  /// Told of a library that is searched by the mel vector, as its first embedder cannot be used here. Empty:
  /// that is an error.
  std::function<void(const std::string& file, const std::string& why)> onFallback;
};

/// Opens libraries, and the synths that they were made with. Libraries of the same synth, space, base and
/// tempo share an instrument, which renders with the base that the library holds.
/// A library that is named for two embedders is opened twice. An embedder is opened once, while the workers
/// start.
/// @throws Error (input) where a file is no library, holds no patches or not the embedding, or the synth
/// installed is of another version; Error (plugin) where it is not installed; as `makeEmbedder`
Sources openSources(const std::vector<SourceName>& names, const SourceOptions& options);

/// Of libraries that nobody named, those that can be searched here: whose synth is installed in the version
/// that they were made with. @param onNote  told of each of the others, and why; may be empty
std::vector<std::string> usableLibraries(const std::vector<std::filesystem::path>& files,
                                         const ScanOptions& scan,
                                         const std::function<void(const std::string& note)>& onNote);

/// Opens the synth of a space, for methods that need no library, unless one of the sources' engines has the
/// same space.
/// @param space  name or file; empty: adds nothing. @throws as `loadSpace` and `Synth::Synth`
void openSpace(Sources& sources, const std::string& space, const SourceOptions& options);

/// Opens every synth that is installed here and for whose space there is a network that answers sounds
/// (`learnedMethods`): what can be matched with neither a library nor a space being named.
/// @param onNote  told of a synth that cannot be opened, and why
void openLearnedSpaces(Sources& sources, const SourceOptions& options);

}  // namespace patchpilot
