#include "app/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

namespace patchpilot {

namespace {

constexpr int kBarWidth = 28;

std::string duration(double seconds) {
  const int whole = int(std::lround(std::max(0.0, seconds)));
  if (whole >= 3600) return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
  if (whole >= 60) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} s", whole);
}

}  // namespace

Progress::Progress(std::string label, bool quiet, bool atOnce)
    : label_(std::move(label)),
      quiet_(quiet),
      terminal_(::isatty(STDERR_FILENO) != 0),
      last_(begin_ - std::chrono::hours(1)) {
  if (!terminal_ && !atOnce) last_ = begin_;  // plain lines begin when there is something to tell
}

Progress::~Progress() {
  if (drawn_ && terminal_) std::fputs("\r\033[K", stderr);
}

void Progress::update(double done, double total, const std::string& note) {
  if (quiet_) return;
  std::lock_guard lock(mutex_);
  if (firstDone_ < 0) firstDone_ = done;
  const auto now = Clock::now();
  const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(5);
  if (now - last_ < pause) return;
  last_ = now;
  draw(done, total, note);
}

void Progress::draw(double done, double total, const std::string& note) {
  const double share = total > 0 ? std::clamp(done / total, 0.0, 1.0) : 0;
  const double elapsed = std::chrono::duration<double>(Clock::now() - begin_).count();
  const double rate = elapsed > 0 ? (done - firstDone_) / elapsed : 0;
  std::string line = fmt::format("{} {:.0f} of {:.0f} ({:.0f} %)", label_, done, total, 100 * share);
  if (rate > 0) line += fmt::format(", {:.0f} a second, {} left", rate, duration((total - done) / rate));
  if (!note.empty()) line += ", " + note;
  if (terminal_) {
    const int filled = int(share * kBarWidth);
    std::string bar;
    for (int i = 0; i < kBarWidth; ++i) bar += i < filled ? "█" : "░";
    fmt::print(stderr, "\r\033[K{} {}", bar, line);
    std::fflush(stderr);
    drawn_ = true;
  } else {
    fmt::print(stderr, "{}\n", line);
  }
}

std::function<void(const std::string&, double)> indexProgress(bool quiet) {
  struct Line {
    std::string file;
    std::optional<Progress> progress;
  };
  return [line = std::make_shared<Line>(), quiet](const std::string& file, double done) {
    if (line->file != file || !line->progress) {
      line->file = file;
      line->progress.emplace(fmt::format("index of {}, percent", file), quiet);
    }
    line->progress->update(100 * done, 100);
    if (done >= 1) line->progress.reset();
  };
}

}  // namespace patchpilot
