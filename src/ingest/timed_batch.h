#pragma once

#include "base/error.h"

#include <chrono>
#include <functional>
#include <vector>

namespace patchpilot {

/// Records that are written in the order in which they come, a batch at a time and by the clock: so seldom
/// that writing costs little, and so often that little is lost when the power goes.
template <typename Record>
class TimedBatch {
 public:
  using Write = std::function<void(const std::vector<Record>&)>;

  /// @param seconds  what is lost at most
  /// @param largest  so many records are written even before that
  TimedBatch(Write write, double seconds = 2.0, std::size_t largest = 2000)
      : write_(std::move(write)), seconds_(seconds), largest_(largest) {}

  /// Takes a record, and writes the batch if that is due.
  void add(Record record) {
    records_.push_back(std::move(record));
    if (Clock::now() - lastCommit_ > seconds_ || records_.size() >= largest_) commit();
  }

  /// Writes what there is. @throws what `write` throws.
  void commit() {
    if (!records_.empty()) write_(records_);
    records_.clear();
    lastCommit_ = Clock::now();
  }

  /// After an error: what came before it is kept if it can be, and the first error is the one told.
  void commitIfItCan() {
    try {
      commit();
    } catch (const Error&) {
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  Write write_;
  std::chrono::duration<double> seconds_;
  std::size_t largest_;
  std::vector<Record> records_;
  Clock::time_point lastCommit_ = Clock::now();
};

}  // namespace patchpilot
