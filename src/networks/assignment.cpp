#include "networks/assignment.h"

#include <limits>

namespace patchpilot {

std::vector<std::int64_t> leastAssignment(const double* costs, std::int64_t n) {
  constexpr double kFar = std::numeric_limits<double>::infinity();
  // Row and column 0 are none, the others count from 1. Potentials keep all reduced costs at 0 or above.
  const auto size = std::size_t(n + 1);
  std::vector<double> ofRow(size, 0), ofColumn(size, 0);
  std::vector<std::int64_t> rowOf(size, 0), before(size, 0);
  for (std::int64_t row = 1; row <= n; ++row) {
    rowOf[0] = row;
    std::int64_t column = 0;
    std::vector<double> least(size, kFar);
    std::vector<bool> done(size, false);
    do {
      done[std::size_t(column)] = true;
      const std::int64_t own = rowOf[std::size_t(column)];
      double step = kFar;
      std::int64_t next = 0;
      for (std::int64_t j = 1; j <= n; ++j) {
        if (done[std::size_t(j)]) continue;
        const double reduced =
            costs[(own - 1) * n + j - 1] - ofRow[std::size_t(own)] - ofColumn[std::size_t(j)];
        if (reduced < least[std::size_t(j)]) {
          least[std::size_t(j)] = reduced;
          before[std::size_t(j)] = column;
        }
        if (least[std::size_t(j)] < step) {
          step = least[std::size_t(j)];
          next = j;
        }
      }
      for (std::size_t j = 0; j < size; ++j)
        if (done[j]) {
          ofRow[std::size_t(rowOf[j])] += step;
          ofColumn[j] -= step;
        } else {
          least[j] -= step;
        }
      column = next;
    } while (rowOf[std::size_t(column)] != 0);
    for (; column != 0; column = before[std::size_t(column)])
      rowOf[std::size_t(column)] = rowOf[std::size_t(before[std::size_t(column)])];
  }
  std::vector<std::int64_t> columns(std::size_t(n), 0);
  for (std::int64_t j = 1; j <= n; ++j) columns[std::size_t(rowOf[std::size_t(j)] - 1)] = j - 1;
  return columns;
}

}  // namespace patchpilot
