#pragma once

#include "features/metric.h"
#include "listen/candidate.h"

#include <functional>
#include <string>
#include <vector>

namespace patchpilot {

/// How far a render is from the target that is searched for; smaller is better.
using Objective = std::function<double(const Candidate&)>;

/// The names of what a refiner can be told to make small:
/// - "mss", as the ranking in the end;
/// - "tolerant": log-mel spectrum and level, each moment compared with the target's moments up to 20 ms
/// before
///   and behind, of which the nearest counts, so that a small shift in time costs little;
/// - "four": the mean of the four metrics of the table, each as a share of what a random patch has;
/// - the name of a metric (features/metric.h): that metric.
std::vector<std::string> objectiveNames();

/// @throws Error (usage) where there is no such objective, naming those there are
void checkObjectiveName(const std::string& name);

/// The cost of a metric (`Metric::cost`). @param target  its sound must have one or two channels at 44.1 kHz
Objective objectiveOf(const Metric& metric, const Target& target);

/// @return empty for "mss", which a refiner takes by itself
/// @param target  must outlive what is returned
/// @throws as `checkObjectiveName`
Objective makeObjective(const std::string& name, const Target& target);

}  // namespace patchpilot
