#pragma once

#include "web/allowed_hosts.h"

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace patchpilot {

/// A request that has come through all checks, and its answer.
struct Call {
  const httplib::Request& request;
  httplib::Response& response;
  std::map<std::string, std::string> names;         ///< what stands in the path for `{name}`
  nlohmann::json body = nlohmann::json::object();   ///< of a route that takes JSON
  const httplib::ContentReader* content = nullptr;  ///< of a route that takes bytes, and reads them itself

  /// What stands behind the `?`; empty where it is not there.
  std::string query(const std::string& key) const {
    return request.has_param(key) ? request.get_param_value(key) : "";
  }

  void answer(const nlohmann::json& value, int status = 200);
  void answerBytes(std::string bytes, const std::string& type);
  /// A file is not read whole: what is asked for is (a Range).
  void answerFile(const std::filesystem::path& file, const std::string& type);
  /// The browser saves it under this name instead of showing it.
  void saveAs(const std::string& name);
};

enum class BodyKind {
  none,
  json,
  bytes,  ///< or JSON
};

struct Route {
  std::string method;
  std::string path;  ///< "/api/v1/matches/{id}/stop"
  BodyKind body = BodyKind::none;
  std::function<void(Call&)> handle;
};

/// Puts routes behind an HTTP server, and lets through only what a page or a script on this machine may ask.
/// Every refusal is JSON (`errorBody`).
///
/// - Host must be one of `AllowedHosts`;
/// - Origin, if a browser sends one, must be the page's own, and Sec-Fetch-Site must not be another's;
/// - paths, bodies and JSON are limited in size; what has another Content-Type than the route takes is
/// refused;
/// - a connection serves one request, so that no body which was not read is taken for the next one.
class Router {
 public:
  /// @param page  what answers a GET outside of `/api/`; false where there is nothing of that name
  Router(std::vector<Route> routes, std::function<bool(Call&)> page, AllowedHosts hosts = {});

  /// @param port  that it listens at; asked with each request
  void serve(httplib::Server& server, const std::function<int()>& port);

  const std::vector<Route>& routes() const { return routes_; }

 private:
  bool mayPass(const httplib::Request& request, httplib::Response& response, int port) const;
  void dispatch(const httplib::Request& request, httplib::Response& response,
                const httplib::ContentReader* content) const;
  void call(const Route& route, Call& call, const httplib::ContentReader* content) const;

  std::vector<Route> routes_;
  std::function<bool(Call&)> page_;
  AllowedHosts hosts_;
};

}  // namespace patchpilot
