#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace patchpilot {

/// What the parts of several sources in the next round of renders are proportional to, by how near each came.
/// @param nearest  of each source, the least distance of its renders; infinite if there are none
/// @param scale    a source that is farther than the best of all by this share of it has less by the factor e
/// @return a share of each source, 0 if it has no renders; nothing if no source has any
std::vector<double> sharesByNearness(std::span<const double> nearest, double scale);

/// Who is next if things are dealt out one by one as shares say: whoever has the largest share that is not
/// given yet (D'Hondt), the first of equals. @param shares  negative for who takes no more
/// @param given   how many each has
/// @return nothing if none takes more
std::optional<std::size_t> nextByShare(std::span<const double> shares, std::span<const std::size_t> given);

}  // namespace patchpilot
