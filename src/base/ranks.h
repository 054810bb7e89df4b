#pragma once

#include "base/files.h"
#include "base/mpi_calls.h"

#include <set>
#include <stop_token>
#include <string>

namespace patchpilot {

/// The processes of one job that mpirun has started, on one machine or many, and messages of bytes between
/// them. MPI itself lies in a module that is loaded here and nowhere else. Used by one
/// thread at a time.
class Ranks {
 public:
  /// Whether mpirun has started this process beside others.
  static bool areThere();

  /// Joins the others. At most once in a process. @throws Error (system) if this program has no MPI.
  Ranks();
  /// Sends and receives through `calls`, which must outlive this.
  explicit Ranks(const MpiCalls& calls);
  /// Rank 0 tells the others that there is no more to do; then all wait for each other. What is still sent
  /// meanwhile is dropped: so the job ends, and does not hang, if one rank leaves with an error.
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }

  /// Sends a message; it leaves when it can.
  void send(int to, const Bytes& message);
  /// Waits until what was sent has left, or a stop is requested.
  void waitUntilSent(const std::stop_token& stop = {});

  struct Received {
    int from = -1;  ///< nobody: nothing has come in time, or before a stop
    Bytes message;
    bool isGoodbye = false;  ///< the last that a rank says: there is no more to do, or it is leaving
  };
  /// Waits for a message from anyone, at most `seconds`, or until a stop is requested. A rank that sends what
  /// is no message counts as gone: it is received as its goodbye.
  Received receive(double seconds, const std::stop_token& stop = {});

 private:
  /// The first byte of what travels.
  enum class Kind : std::uint8_t { message = 1, goodbye = 2 };

  void send(int to, Kind kind, const Bytes& message);
  /// Takes a message if one has come.
  Received take();

  const MpiCalls* calls_ = nullptr;
  int rank_ = 0;
  int size_ = 1;
  std::set<int> gone_;  ///< those whose goodbye has come: rank 0 waits for every rank's, others for rank 0's
};

/// Of the machine that this process runs on.
std::string hostName();

}  // namespace patchpilot
