#include "web/router.h"

#include "web/http_error.h"
#include "wire/fields.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::size_t kLongestPath = 512;
constexpr std::size_t kMostJsonBytes = 1u << 20;
constexpr std::size_t kFileBlock = 1u << 16;

constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self' blob:; worker-src 'self' blob:; manifest-src 'self'; base-uri "
    "'none'; form-action 'none'; "
    "frame-ancestors 'none'";

std::vector<std::string> segments(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool isVariable(const std::string& segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool fits(const Route& route, const std::vector<std::string>& path,
          std::map<std::string, std::string>& names) {
  const std::vector<std::string> pattern = segments(route.path);
  if (pattern.size() != path.size()) return false;
  names.clear();
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (isVariable(pattern[i])) names[pattern[i].substr(1, pattern[i].size() - 2)] = path[i];
    else if (pattern[i] != path[i]) return false;
  }
  return true;
}

/// HEAD asks for what GET would say.
std::string methodOf(const httplib::Request& request) {
  return request.method == "HEAD" ? "GET" : request.method;
}

bool isOfApi(const std::string& path) { return path == "/api" || path.starts_with("/api/"); }

httplib::Request& changeable(const httplib::Request& request) {
  return const_cast<httplib::Request&>(request);
}

void say(const httplib::Request& request, httplib::Response& response, int status,
         const std::string& message) {
  changeable(request).ranges.clear();  // httplib would cut the message
  response.status = status;
  response.set_content(errorBody(status, message), "application/json");
}

/// One part of a file or of nothing else: httplib takes whatever ranges it is given for possible ones.
void limitRanges(httplib::Request& request, std::size_t length) {
  if (request.ranges.size() > 1) request.ranges.clear();
  if (request.ranges.empty()) return;
  auto& [first, last] = request.ranges.front();
  const auto size = ssize_t(length);
  if (first < 0 && last < 0) return request.ranges.clear();
  if (first < 0) first = std::max<ssize_t>(0, size - last), last = size - 1;
  if (last < 0 || last >= size) last = size - 1;
  if (first > last) {
    request.ranges.clear();
    refuse(416, "the range lies beyond the {} bytes that there are", length);
  }
}

std::string contentType(const httplib::Request& request) {
  std::string type = request.get_header_value("Content-Type");
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  return type;
}

/// Without either of these there is no body, and reading one would wait for the end of the connection.
bool hasBody(const httplib::Request& request) {
  return request.has_header("Transfer-Encoding") ||
         (request.has_header("Content-Length") && request.get_header_value("Content-Length") != "0");
}

json readJson(const httplib::Request& request, const httplib::ContentReader& content) {
  if (contentType(request) != "application/json")
    refuse(415, "the body is of type '{}'; send application/json", contentType(request));
  std::string text;
  const bool whole = content([&](const char* data, std::size_t length) {
    text.append(data, length);
    return text.size() <= kMostJsonBytes;
  });
  if (text.size() > kMostJsonBytes) refuse(413, "the JSON has more than {} bytes", kMostJsonBytes);
  if (!whole) refuse(400, "the body ends early");
  return parseJson(text);
}

}  // namespace

void Call::answer(const json& value, int status) {
  changeable(request).ranges.clear();
  response.status = status;
  response.set_content(value.dump(-1, ' ', false, json::error_handler_t::replace), "application/json");
}

void Call::answerBytes(std::string bytes, const std::string& type) {
  limitRanges(changeable(request), bytes.size());
  response.status = request.ranges.empty() ? 200 : 206;
  // Behind a provider httplib leaves it as it is; sounds do not get smaller.
  const auto held = std::make_shared<std::string>(std::move(bytes));
  response.set_content_provider(
      held->size(), type, [held](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
        return sink.write(held->data() + offset, std::min(length, held->size() - offset));
      });
}

void Call::answerFile(const fs::path& file, const std::string& type) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  const auto stream = std::make_shared<std::ifstream>(file, std::ios::binary);
  if (error || !*stream) refuse(404, "this is no longer there; load the page again");
  limitRanges(changeable(request), size);
  response.status = request.ranges.empty() ? 200 : 206;
  response.set_content_provider(
      size, type, [stream](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
        std::array<char, kFileBlock> block;
        stream->seekg(std::streamoff(offset));
        stream->read(block.data(), std::streamsize(std::min(length, block.size())));
        return stream->gcount() > 0 && sink.write(block.data(), std::size_t(stream->gcount()));
      });
}

void Call::saveAs(const std::string& name) {
  std::string plain;
  for (const char c : name)
    plain += std::isalnum(static_cast<unsigned char>(c)) || c == ' ' || c == '-' || c == '.' ? c : '_';
  response.set_header("Content-Disposition", fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}",
                                                         plain, httplib::detail::encode_query_param(name)));
}

Router::Router(std::vector<Route> routes, std::function<bool(Call&)> page, AllowedHosts hosts)
    : routes_(std::move(routes)), page_(std::move(page)), hosts_(std::move(hosts)) {}

bool Router::mayPass(const httplib::Request& request, httplib::Response& response, int port) const {
  if (request.path.size() > kLongestPath || request.target.size() > 4 * kLongestPath)
    return say(request, response, 414, fmt::format("the address has more than {} bytes", kLongestPath)),
           false;
  const std::string host = request.get_header_value("Host");
  if (request.get_header_value_count("Host") != 1 || !hosts_.allows(host, port))
    return say(request, response, 403,
               fmt::format("asked for under the name '{}'; this answers to http://127.0.0.1:{} and "
                           "http://localhost:{} only; {}",
                           host, port, port, hosts_.remedy(host, port))),
           false;
  if (request.has_header("Origin")) {
    const std::string origin = request.get_header_value("Origin");
    if (request.get_header_value_count("Origin") != 1 || !hosts_.allowsOrigin(origin, host, port))
      return say(request, response, 403,
                 fmt::format("asked for by a page at '{}'; only this program's own page may", origin)),
             false;
  }
  const std::string site = request.get_header_value("Sec-Fetch-Site");
  if (isOfApi(request.path) && !site.empty() && site != "same-origin" && site != "none")
    return say(request, response, 403, "asked for by another page; only this program's own page may"), false;
  return true;
}

void Router::call(const Route& route, Call& call, const httplib::ContentReader* content) const {
  if (content && hasBody(call.request)) {
    const bool asBytes = route.body == BodyKind::bytes && contentType(call.request) != "application/json";
    if (asBytes) {
      if (contentType(call.request) != "application/octet-stream")
        refuse(415, "the body is of type '{}'; send application/octet-stream or application/json",
               contentType(call.request));
      call.content = content;
    } else {
      call.body = readJson(call.request, *content);
      if (route.body == BodyKind::none && call.body != json::object())
        refuse(400, "{} {} takes no body", route.method, route.path);
    }
  }
  route.handle(call);
}

void Router::dispatch(const httplib::Request& request, httplib::Response& response,
                      const httplib::ContentReader* content) const {
  Call call{request, response, {}, json::object(), nullptr};
  try {
    const std::vector<std::string> path = segments(request.path);
    bool known = false;
    for (const Route& route : routes_) {
      if (!fits(route, path, call.names)) continue;
      known = true;
      if (route.method == methodOf(request)) return this->call(route, call, content);
    }
    if (known) refuse(405, "{} is not for {}", request.path, request.method);
    if (isOfApi(request.path) || methodOf(request) != "GET" || !page_(call))
      refuse(404, "there is nothing at {}", request.path);
  } catch (const HttpError& error) {
    say(request, response, error.status(), error.what());
  } catch (const Error& error) {
    say(request, response, statusOf(error.code()), error.what());
  } catch (const std::exception& error) {
    say(request, response, 500, fmt::format("{}; please report this", error.what()));
  }
}

void Router::serve(httplib::Server& server, const std::function<int()>& port) {
  server.set_keep_alive_max_count(1);
  server.set_default_headers({{"Content-Security-Policy", kPolicy},
                              {"X-Content-Type-Options", "nosniff"},
                              {"Referrer-Policy", "no-referrer"},
                              {"Cross-Origin-Opener-Policy", "same-origin"},
                              {"Cross-Origin-Resource-Policy", "same-origin"},
                              {"X-Frame-Options", "DENY"},
                              {"Permissions-Policy", "microphone=(self), camera=(), geolocation=()"}});
  server.set_pre_routing_handler([this, port](const httplib::Request& request, httplib::Response& response) {
    if (isOfApi(request.path)) response.set_header("Cache-Control", "no-store");
    return mayPass(request, response, port()) ? httplib::Server::HandlerResponse::Unhandled
                                              : httplib::Server::HandlerResponse::Handled;
  });
  const auto plain = [this](const httplib::Request& request, httplib::Response& response) {
    dispatch(request, response, nullptr);
  };
  const auto reading = [this](const httplib::Request& request, httplib::Response& response,
                              const httplib::ContentReader& content) {
    dispatch(request, response, &content);
  };
  constexpr const char* kAll = "[^]*";
  server.Get(kAll, plain).Options(kAll, plain);
  server.Post(kAll, reading).Put(kAll, reading).Patch(kAll, reading).Delete(kAll, reading);
  // What httplib refuses before it asks here.
  server.set_error_handler([](const httplib::Request& request, httplib::Response& response) {
    if (response.body.empty())
      say(request, response, response.status,
          fmt::format("this is no request that is understood here (HTTP {})", response.status));
  });
  server.set_exception_handler(
      [](const httplib::Request& request, httplib::Response& response, const std::exception_ptr&) {
        say(request, response, 500, "the request has failed; please report this");
      });
}

}  // namespace patchpilot
