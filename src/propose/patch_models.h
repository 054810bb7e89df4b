#pragma once

#include "data/codec.h"
#include "data/network_features.h"
#include "models/network_module.h"
#include "synth/plugin_engine.h"

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace patchpilot {

/// A trained network that answers with patches of a synth.
struct PatchModel {
  std::size_t synth = 0;  ///< index of its engine
  std::string name;       ///< its file's
  Codec codec;
  std::shared_ptr<const Network> network;
};

/// Files of networks; empty: those in the folders of models. Each function that takes them throws Error
/// (input) that names a file if it is no model.
using ModelFiles = std::vector<std::filesystem::path>;

/// The kinds of models that there are for one of these engines, best for a single answer first; none if
/// networks cannot be run here.
std::vector<std::string> learnedMethods(const Engines& engines, const ModelFiles& files = {});

/// The fingerprints of the spaces that those kinds of models were trained for; none if networks cannot be run
/// here.
std::set<std::string> learnedSpaces();

/// Whether there are models of a kind for one of these engines, and networks can be run.
bool havePatchModels(const std::string& kind, const Engines& engines, const ModelFiles& files);

/// The models of a kind: for each engine the first that was trained for its parameter space, if there is one.
/// They are opened once for the whole program.
/// @throws Error (input) if there is none, naming what would make one, or one cannot be used; as
/// `networkModule`
std::vector<PatchModel> patchModels(const std::string& kind, const Engines& engines, const ModelFiles& files);

/// The networks of a kind whose answers are not patches, if they can be run here: for each engine the first
/// that was trained for its parameter space. They are opened once for the whole program.
/// @param width  values of an answer
/// @throws Error (input) if one cannot be used
std::vector<std::shared_ptr<const Network>> networksOf(const std::string& kind, std::size_t width,
                                                       const Engines& engines, const ModelFiles& files);

}  // namespace patchpilot
