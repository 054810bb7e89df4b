#pragma once

#include "base/random.h"
#include "data/example_builder.h"

#include <filesystem>
#include <vector>

namespace patchpilot {

/// Candidates of a set of examples: for each sound a patch that might be taken for the one that made it, as
/// it sounds with the same note. A corrector learns from both what to change. They are examples themselves,
/// in a folder within the set's; candidate `number` belongs to the example of that index, and to its family.
ExampleSetFolder candidateFolder(const ExampleSetFolder& examples);

struct CandidateBuildOptions {
  std::filesystem::path model;  ///< of a flow for the space of the examples
  ExampleBuildOptions build;    ///< count, seed, progress and stop; the rest is that of the examples
};

/// What a patch becomes if a search mutates it: one to twelve parameters are moved, each by a step whose
/// deviation is the same for all and lies between 2 % and 50 % of the range (evenly by its logarithm).
std::vector<float> mutated(const ParameterSpace& space, std::vector<float> values, SplitMix64& random);

/// Makes candidates as a match meets them: half of them are the flow's answers to the sound, a quarter such
/// answers mutated, and a quarter the sound's own patch mutated. Can be stopped and goes on as
/// `buildExamples` does.
/// @return whether all are there; false if it was stopped
/// @throws Error (input) if the folder holds no examples, if the model is none of a flow for their space, or
/// if other candidates are there; as `buildExamples`
bool buildCandidates(const ExampleSetFolder& examples, Engine& engine, const CandidateBuildOptions& options);

}  // namespace patchpilot
