#include "synth/completed_states.h"

#include "base/error.h"

#include <algorithm>
#include <functional>
#include <string_view>

namespace patchpilot {

Bytes CompletedStates::completed(const Dialect& dialect, const Bytes& state) {
  const std::size_t hash =
      std::hash<std::string_view>()({reinterpret_cast<const char*>(state.data()), state.size()});
  std::lock_guard lock(mutex_);
  const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) {
    return e.hash == hash && e.dialect == &dialect && e.state == state;
  });
  if (known != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, known);
    return known->completed.empty() ? known->state : known->completed;
  }
  ++asked_;
  Entry entry{&dialect, hash, state, {}};
  try {
    entry.completed = dialect.complete(state);
  } catch (const Error&) {
    // The plug-in has the last word.
  }
  if (entry.completed == state) entry.completed = {};
  Bytes result = entry.completed.empty() ? state : entry.completed;
  keep(std::move(entry));
  return result;
}

std::size_t CompletedStates::asked() const {
  std::lock_guard lock(mutex_);
  return asked_;
}

void CompletedStates::keep(Entry entry) {
  if (entry.bytes() > kMostBytes) return;
  bytes_ += entry.bytes();
  entries_.push_front(std::move(entry));
  while (entries_.size() > kMostStates || bytes_ > kMostBytes) {
    bytes_ -= entries_.back().bytes();
    entries_.pop_back();
  }
}

}  // namespace patchpilot
