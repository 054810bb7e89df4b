#pragma once

#include "synth/parameter_space.h"

#include <optional>
#include <vector>

namespace patchpilot {

/// How far a patch's parameters lie from those of the patch that made a sound. It says little of how alike
/// the two sound (many patches make one sound); the literature reports it.
struct ParameterError {
  std::optional<double> continuous;   ///< mean absolute difference, normalized; none where no parameter is
  std::optional<double> categorical;  ///< share of stepped and categorical parameters that are right
};

/// @param patch, truth  a value for each of the space's parameters
ParameterError parameterError(const ParameterSpace& space, const std::vector<float>& patch,
                              const std::vector<float>& truth);

/// `patch` with the members of each symmetry of the space in the order that brings it nearest to `truth`:
/// what sounds the same counts as the same. Nearest by the sum of absolute differences, a wrong choice
/// counting 1.
std::vector<float> undoSymmetries(const ParameterSpace& space, const std::vector<float>& patch,
                                  const std::vector<float>& truth);

}  // namespace patchpilot
