#pragma once

#include "propose/network_hearing.h"
#include "propose/proposer.h"
#include "propose/search_library.h"
#include "synth/plugin_engine.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace patchpilot {

/// What a proposer may draw on.
struct ProposerContext {
  std::vector<SearchLibrary*> libraries;
  const Engines* engines = nullptr;
  std::uint64_t seed = 1;  ///< of proposers that draw
  int velocity = 100;      ///< MIDI, that proposals will be played with
  std::set<std::string>
      leftOut;  ///< `presetHash`es: neither these presets nor anything made from them is proposed
  std::vector<std::filesystem::path> models;  ///< files of networks; empty: those in the folders of models
  /// Shared by the proposers of a match (`networkHearing`); if null, each has its own.
  std::shared_ptr<NetworkHearing> hearing;
};

/// That of the context, else a new one.
std::shared_ptr<NetworkHearing> networkHearing(const ProposerContext& context);

/// One kind of proposer: a line of the table.
struct ProposerKind {
  std::string name;
  std::string help;  ///< one line for `--help`
  bool needsLibraries = false;
  std::function<std::unique_ptr<Proposer>(const ProposerContext& context)> make;
};

/// All kinds of proposers, by which methods are named. Safe to call from any thread, as are the next two.
std::vector<ProposerKind> proposerKinds();

/// Adds a kind to the table, or replaces the one of its name: for programs that bring methods of their own.
/// @throws Error (usage) if the name has characters other than letters, digits, '-' and '_'
void addProposerKind(ProposerKind kind);

/// @throws Error (usage) if there is no proposer of that name, naming those there are
ProposerKind proposerKind(const std::string& name);

/// The proposers of a match, by their names. They share what networks hear of the target.
/// @throws as `proposerKind` and `ProposerKind::make`
std::vector<std::shared_ptr<Proposer>> makeProposers(std::span<const std::string> names,
                                                     ProposerContext context);

/// A method as users name it: one proposer or several that are pooled, whether what they find is refined
/// ("retrieval+refine", "retrieval+flow+refine"), and by which objective it is ranked and refined
/// ("retrieval:four", "retrieval+refine:four"; see `objectiveNames`).
struct Method {
  std::vector<std::string> proposers;
  bool refined = false;
  std::string objective = {};  ///< empty: the default
};

/// @throws Error (usage) if there is no such proposer or objective, naming those there are
Method parseMethod(const std::string& name);

}  // namespace patchpilot
