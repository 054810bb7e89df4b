#pragma once

#include "web/router.h"

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace patchpilot {

struct ServerOptions {
  int port = 8420;                     ///< 0: any that is free
  std::filesystem::path data;          ///< where sounds, matches and libraries are kept
  std::vector<std::string> libraries;  ///< files, besides those built here
  std::filesystem::path program;       ///< this program, which does the jobs
  std::filesystem::path page;          ///< folder of the page's files; may be empty
  std::filesystem::path examples;      ///< folder of sounds; may be empty
  std::string version;
  /// Called after each answer, by any thread; may be empty.
  std::function<void(const httplib::Request&, const httplib::Response&)> log;
  AllowedHosts hosts;      ///< names under which it may be asked
  double idleSeconds = 0;  ///< it ends when it was not asked for so long and nothing runs; 0: it does not
  int matchesAtOnce = 0;   ///< matches that run at a time, each with its share of the cores; see `matchShare`
};

/// The page and its interface (docs/openapi.json), for this machine alone unless other host names are
/// allowed.
class WebServer {
 public:
  /// Opens the data, listens, and writes its address for other programs (base/server_address.h), but answers
  /// nothing yet.
  /// @throws Error (usage) where the port or the data folder is in use; (input) for a library that is none
  explicit WebServer(ServerOptions options);

  /// Ends what runs: matches keep what they have written.
  ~WebServer();

  int port() const;
  bool hasPage() const;

  /// Answers until `stop`, which any thread may call, until the token is told to stop, or until nobody has
  /// used it for as long as the options say.
  void run(const std::stop_token& token = {});
  void stop();

  /// Answers one request as it stands in a stream, as it would one that comes to the port.
  void answer(httplib::Stream& stream);

  /// Method and path of each route, for whoever compares them with the document.
  const std::vector<Route>& routes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace patchpilot
