#include "daw/local_server.h"

#include "base/error.h"
#include "base/patience.h"
#include "client/server_finder.h"

namespace patchpilot {

bool LocalServer::reach(bool mayStart) {
  if (client_) {
    try {
      askWhatItOffers();
      return true;
    } catch (const Error&) {
      lose();
    }
  }
  if (connect()) return true;
  if (!mayStart) {
    link_ = ServerLink::missing;
    return false;
  }
  start();
  return true;
}

ServerClient& LocalServer::client() {
  if (!client_)
    failInput("Patch Pilot is not running. Press Start in the plug-in's window, or run 'patchpilot serve'.");
  return *client_;
}

void LocalServer::lose() {
  link_ = ServerLink::missing;
  std::lock_guard lock(mutex_);
  client_.reset();
}

void LocalServer::abort() {
  std::shared_ptr<ServerClient> client;
  {
    std::lock_guard lock(mutex_);
    isAborted_ = true;
    client = client_;
    aborted_.notify_all();
  }
  if (client) client->abort();
}

bool LocalServer::connect() {
  const auto port = findServer(options_.data);
  if (!port) return false;
  {
    std::lock_guard lock(mutex_);
    if (isAborted_) failSystem("stopped");
    client_ = std::make_shared<ServerClient>(*port);
  }
  ++connection_;
  askWhatItOffers();
  return true;
}

void LocalServer::askWhatItOffers() {
  offer_ = client_->state();
  link_ = ServerLink::connected;
}

void LocalServer::start() {
  const std::filesystem::path program = findPatchPilot();
  if (program.empty()) {
    link_ = ServerLink::noProgram;
    failInput("The program 'patchpilot' is not found. Install it, or show the plug-in where it is.");
  }
  link_ = ServerLink::starting;
  if (starting_) starting_();
  startServer(program, options_.data);
  for (const double end = steadySeconds() + options_.startSeconds; steadySeconds() < end;) {
    wait();
    if (connect()) return;
  }
  failSystem("{} was started and does not answer; run '{} serve' in a terminal to see why", program.string(),
             program.string());
}

void LocalServer::wait() {
  std::unique_lock lock(mutex_);
  if (aborted_.wait_for(lock, std::chrono::duration<double>(options_.tickSeconds),
                        [&] { return isAborted_; }))
    failSystem("stopped");
}

}  // namespace patchpilot
