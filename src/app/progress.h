#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>

namespace patchpilot {

/// Shows how far long work has come, with an estimate of the time left: a bar that is drawn over
/// where stderr is a terminal, else a plain line every few seconds. Safe to use from several threads.
class Progress {
 public:
  /// @param quiet   show nothing at all
  /// @param atOnce  the first plain line comes at once, and not after the first seconds: for work that is
  /// long in any case
  explicit Progress(std::string label, bool quiet = false, bool atOnce = false);
  ~Progress();

  /// @param note  shown behind the numbers, such as "12 silent"
  void update(double done, double total, const std::string& note = "");

 private:
  using Clock = std::chrono::steady_clock;

  void draw(double done, double total, const std::string& note);

  std::string label_;
  bool quiet_;
  bool terminal_;
  bool drawn_ = false;
  double firstDone_ = -1;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point last_;
  std::mutex mutex_;
};

/// A progress line of each index that is made when a library is opened; see `SourceOptions::onIndex`.
std::function<void(const std::string& file, double done)> indexProgress(bool quiet);

}  // namespace patchpilot
