#pragma once

#include "base/json_channel.h"

#include <nlohmann/json.hpp>

#include <atomic>
#include <functional>
#include <mutex>

namespace patchpilot {

/// A job (`runJob`) in a process of its own.
class JobProcess {
 public:
  /// @param program  this program
  /// @throws Error (system) where it cannot be started
  JobProcess(const std::filesystem::path& program, const nlohmann::json& request);

  /// Hands over each event, but no error. @return what went wrong, there or in `take`, in one line; empty
  /// where it came to its end, or
  ///         was ended by `cancel`
  std::string follow(const std::function<void(const nlohmann::json&)>& take);

  /// Asks it to end with what it has. Callable from any thread, as is the next.
  void stop();

  /// Ends it at once, and the processes that it has started with it.
  void cancel();

  bool isCancelled() const { return cancelled_; }

 private:
  ChildProcess child_;
  std::mutex sending_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace patchpilot
