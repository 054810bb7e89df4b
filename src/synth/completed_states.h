#pragma once

#include "preset/dialect.h"

#include <list>
#include <mutex>

namespace patchpilot {

/// States as a dialect completes them (`Dialect::complete`), the last ones kept: completing one means to read
/// and write all of it, and a search renders a state thousands of times with other parameters. All functions
/// may be called by any thread.
class CompletedStates {
 public:
  /// States that are kept, and their bytes with those of what they were completed from.
  static constexpr std::size_t kMostStates = 64, kMostBytes = std::size_t(64) << 20;

  /// `state` as `dialect` completes it; as it is if the dialect cannot read it, so that the plug-in refuses
  /// it.
  Bytes completed(const Dialect& dialect, const Bytes& state);

  /// How many states `Dialect::complete` was asked for.
  std::size_t asked() const;

 private:
  struct Entry {
    const Dialect* dialect = nullptr;
    std::size_t hash = 0;
    Bytes state, completed;  ///< `completed` is empty if both are the same

    std::size_t bytes() const { return state.size() + completed.size(); }
  };

  void keep(Entry entry);

  mutable std::mutex mutex_;
  std::list<Entry> entries_;  ///< the last used first
  std::size_t bytes_ = 0, asked_ = 0;
};

}  // namespace patchpilot
