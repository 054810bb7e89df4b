#pragma once

#include "data/codec.h"
#include "data/network_features.h"
#include "models/network_module.h"
#include "propose/proposers.h"

#include <memory>
#include <vector>

namespace patchpilot {

/// Patches that networks answer when they hear the target: nobody has rendered them before. Each synth's
/// networks are those of `ProposerContext::models` that were trained for its parameter space. If the target's
/// note was only estimated, they answer for each of the likeliest notes.
class LearnedProposer : public Proposer {
 public:
  /// @param kind  of the models: "regression", which answers one patch (then the same with the choices that
  ///              are next likely), or "flow", which draws any number from the patches that may have made the
  ///              sound
  /// @throws Error (input) if there is no model for any of the synths, naming what would make one, or one
  /// cannot be used; as `networkModule`
  LearnedProposer(const ProposerContext& context, std::string kind);

  std::string name() const override { return kind_; }
  std::vector<Proposal> propose(const Target& target, int count) override;

 private:
  struct Model {
    std::size_t synth;
    std::string name;  ///< its file's
    Codec codec;
    std::shared_ptr<const Network> network;
  };

  std::vector<std::vector<float>> answers(const Model& model, const NetworkFeatures& features,
                                          const Note& note, int count) const;
  std::vector<Proposal> proposalsOf(const Model& model, const NetworkFeatures& features, const Target& target,
                                    int midi, int count) const;

  std::string kind_;
  std::uint64_t seed_;
  int velocity_;
  NetworkFeatureExtractor extract_;
  std::vector<Model> models_;
};

/// The kinds of models that there are for one of these engines, best for a single answer first; none if
/// networks cannot be run here.
/// @param models  see `ProposerContext`. @throws Error (input) as `modelsAmong`
std::vector<std::string> learnedMethods(const Engines& engines,
                                        const std::vector<std::filesystem::path>& models = {});

/// The patches of a vector in which each choice has a value of its own, such as its probability: the one that
/// has the largest everywhere first, then those whose product is largest. @return at most `count` vectors
std::vector<std::vector<float>> likeliestChoices(const Codec& codec, const std::vector<float>& vector,
                                                 std::size_t count);

}  // namespace patchpilot
