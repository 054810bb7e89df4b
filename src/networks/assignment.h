#pragma once

#include <cstdint>
#include <vector>

namespace patchpilot {

/// Which column each row gets so that the sum of the costs is the least (the Hungarian method with shortest
/// augmenting paths, O(n^3)). @param costs  n x n, row-major, finite
std::vector<std::int64_t> leastAssignment(const double* costs, std::int64_t n);

}  // namespace patchpilot
