#pragma once

#include "learn/training_loop.h"

#include <string>
#include <vector>

namespace patchpilot {

/// The course of a training as an SVG picture: the loss, of training and of what is held back, above what the
/// network was judged by; over the steps.
/// @param curve  at least one moment
std::string curvePicture(const std::vector<TrainingMoment>& curve, const std::string& title);

}  // namespace patchpilot
