#pragma once

#include "base/mpi_calls.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>
#include <vector>

namespace patchpilot {

/// Stands for MPI: this process is one rank, and the test says what the others send. A rank that is told
/// goodbye says goodbye as well, unless it is mute. One at a time.
class FakeMpi {
 public:
  using Message = std::pair<int, std::vector<std::uint8_t>>;

  /// What a rank sends last.
  inline static const std::vector<std::uint8_t> kGoodbye{2};

  /// What travels for a message.
  static std::vector<std::uint8_t> wrapped(std::vector<std::uint8_t> message) {
    message.insert(message.begin(), 1);
    return message;
  }

  FakeMpi(int rank, int size) : rank_(rank), size_(size) { current() = this; }
  ~FakeMpi() { current() = nullptr; }
  FakeMpi(const FakeMpi&) = delete;
  FakeMpi& operator=(const FakeMpi&) = delete;

  /// A message from a rank, which is received after those before it.
  void bring(int from, std::vector<std::uint8_t> bytes) { incoming_.emplace_back(from, std::move(bytes)); }

  /// Whether there are messages that were not received.
  bool isWaiting() const { return !incoming_.empty(); }

  std::set<int> mute;         ///< ranks that do not answer a goodbye
  std::vector<Message> sent;  ///< receiver and bytes

  static const MpiCalls& calls() {
    static const MpiCalls calls{[](int* rank, int* size) {
                                  *rank = current()->rank_;
                                  *size = current()->size_;
                                },
                                [](int to, const std::uint8_t* bytes, std::size_t count) {
                                  current()->send(to, std::vector<std::uint8_t>(bytes, bytes + count));
                                },
                                [](int* from, std::size_t* count) {
                                  if (current()->incoming_.empty()) return false;
                                  *from = current()->incoming_.front().first;
                                  *count = current()->incoming_.front().second.size();
                                  return true;
                                },
                                [](int, std::uint8_t* bytes, std::size_t count) {
                                  std::copy_n(current()->incoming_.front().second.begin(), count, bytes);
                                  current()->incoming_.pop_front();
                                },
                                [] { return true; },
                                [] {}};
    return calls;
  }

 private:
  static FakeMpi*& current() {
    static FakeMpi* mpi = nullptr;
    return mpi;
  }

  void send(int to, std::vector<std::uint8_t> bytes) {
    if (bytes == kGoodbye && !mute.contains(to)) bring(to, kGoodbye);
    sent.emplace_back(to, std::move(bytes));
  }

  int rank_;
  int size_;
  std::deque<Message> incoming_;
};

}  // namespace patchpilot
