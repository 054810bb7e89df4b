#include "search/budget.h"

#include <algorithm>
#include <limits>

namespace patchpilot {

double Budget::seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

std::size_t Budget::leftWithReserve() const {
  if (limits_.renders == 0) return std::numeric_limits<std::size_t>::max();
  return limits_.renders - std::min(limits_.renders, spent_);
}

std::size_t Budget::left() const {
  const std::size_t left = leftWithReserve();
  return limits_.renders == 0 ? left : left - std::min(left, reserved_);
}

bool Budget::isSpent() const {
  return isStopped() || left() == 0 || (limits_.seconds > 0 && seconds() >= limits_.seconds);
}

}  // namespace patchpilot
