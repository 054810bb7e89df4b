#pragma once

#include "data/example_set.h"
#include "data/split.h"
#include "learn/task.h"

#include <string>

namespace patchpilot {

/// The examples of a folder, to be learned from.
/// @param command  of `patchpilot dataset` that makes such folders
/// @throws Error (input) if there are none, saying what makes them; if they are of another space, or their
/// features of another version than this program's
ShardSet examplesToLearn(const ExampleSetFolder& folder, const ParameterSpace& space,
                         const std::string& command);

/// Which of some families' examples are learned from and which are held back: a fiftieth of the families.
Split learnedAndHeldBack(std::span<const std::uint64_t> families);

/// Examples of a step.
inline constexpr std::size_t kExamplesOfAStep = 256;

/// Examples of those learned from by which the loss on these is told, beside that on those held back.
inline constexpr std::size_t kSampledExamples = 2048;

/// How often, in training, the network is not told the level: that of a recording says nothing of the patch.
inline constexpr double kLevelUnknown = 0.3;

/// A task that learns from examples, with what all of these are trained by; its networks and its data are
/// still to be named.
Task taskFromExamples(const std::string& name, const std::string& help, const std::string& loss);

}  // namespace patchpilot
