#pragma once

#include "client/server_client.h"
#include "daw/session_view.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

namespace patchpilot {

/// The server on this machine, as one session sees it: finds it or starts it, and asks what it offers. For
/// one thread, but for `abort`.
class LocalServer {
 public:
  struct Options {
    std::filesystem::path data;  ///< of the server
    double startSeconds = 30;    ///< how long it may take to start
    double tickSeconds = 0.1;    ///< between two looks whether it has started
  };

  /// @param starting  called when a program is started, before it is waited for; may be empty
  explicit LocalServer(Options options, std::function<void()> starting = {})
      : options_(std::move(options)), starting_(std::move(starting)) {}

  /// Sees to it that a server is there, and asks it what it offers.
  /// @param mayStart  whether to start one if none runs
  /// @return false if none runs and none may be started
  /// @throws Error: (input) if the program is not found; (system) if it was started and does not answer
  bool reach(bool mayStart);

  ServerLink link() const { return link_; }

  /// What it has offered last.
  const ServerState& offer() const { return offer_; }

  /// @throws Error (input) if there is none
  ServerClient& client();

  /// Grows with each server that is found: what was asked of the one before may be unknown to this one.
  int connection() const { return connection_; }

  /// Nobody answers any more: it is looked for again by the next `reach`.
  void lose();

  /// Ends the request or the wait in progress, and all that follow, with an error. A request that is about to
  /// begin may be missed: call it again until the thread has ended.
  void abort();

 private:
  bool connect();
  void askWhatItOffers();
  void start();
  void wait();

  const Options options_;
  const std::function<void()> starting_;
  ServerLink link_ = ServerLink::unknown;
  ServerState offer_;
  int connection_ = 0;

  std::mutex mutex_;  ///< of all below
  std::condition_variable aborted_;
  bool isAborted_ = false;
  std::shared_ptr<ServerClient> client_;
};

}  // namespace patchpilot
