#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>

namespace patchpilot {

/// What a search may spend: renders, time, or either, whichever ends first.
class Budget {
 public:
  struct Limits {
    std::size_t renders = 0;    ///< 0: no limit
    double seconds = 0;         ///< from the construction of the budget on; 0: no limit
    std::stop_token stop = {};  ///< ends the search at any time
  };

  explicit Budget(Limits limits) : limits_(std::move(limits)) {}

  /// Holds back a number of renders, for use after the search, out of those still left.
  void reserve(std::size_t renders) { reserved_ = renders; }
  void spend(std::size_t renders) { spent_ += renders; }

  std::size_t spent() const { return spent_; }
  double seconds() const;

  /// Renders that the search may still make; the largest number if there is no limit.
  std::size_t left() const;
  /// The same, with those held back.
  std::size_t leftWithReserve() const;

  bool isStopped() const { return limits_.stop.stop_requested(); }
  bool isSpent() const;

 private:
  using Clock = std::chrono::steady_clock;

  Limits limits_;
  std::size_t spent_ = 0, reserved_ = 0;
  Clock::time_point begin_ = Clock::now();
};

}  // namespace patchpilot
