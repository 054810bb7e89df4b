#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace patchpilot {

/// Indices of examples, each in ascending order; no index is in both.
struct Split {
  std::vector<std::size_t> training, validation;
};

/// Divides examples into those to train on and those to judge by, each family wholly into one of the two: a
/// network that has seen a patch knows its variations.
///
/// A family's side depends on the family and the seed alone, so that examples that are added later do not
/// move those that are there. Only if one side would be empty, and there are two families or more, one family
/// is moved there.
/// @param families  of each example
/// @param share     of the families that are for validation, about: 0 to 1
Split split(std::span<const std::uint64_t> families, double share, std::uint64_t seed);

}  // namespace patchpilot
