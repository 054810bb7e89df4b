#include "web/allowed_hosts.h"

#include "base/error.h"
#include "base/lower_case.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace patchpilot {

namespace {

/// The longest name of DNS.
constexpr std::size_t kLongestHostName = 253;

struct HostAndPort {
  std::string_view name;  ///< an IPv6 address with its brackets
  std::string_view port;  ///< empty if there is none
};

bool isPort(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number > 0 && number < 65536;
}

bool isName(std::string_view name) {
  const bool brackets = name.starts_with('[') && name.ends_with(']');
  if (brackets) name = name.substr(1, name.size() - 2);
  const auto allowed = [&](unsigned char c) {
    return c < 128 && (brackets ? std::isxdigit(c) || c == ':' || c == '.'
                                : std::isalnum(c) || c == '.' || c == '-' || c == '_');
  };
  return !name.empty() && name.size() <= kLongestHostName && std::all_of(name.begin(), name.end(), allowed);
}

/// The parts of a host as a URL has it, or nothing if it is none.
std::optional<HostAndPort> parsed(std::string_view host) {
  const std::size_t bracket = host.find(']');
  const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  HostAndPort parts{host.substr(0, colon), {}};
  if (colon != std::string_view::npos) {
    parts.port = host.substr(colon + 1);
    if (!isPort(parts.port)) return std::nullopt;
  }
  if (!isName(parts.name)) return std::nullopt;
  return parts;
}

/// Whether a host, in lower case, is this machine by a loopback name with the server's port.
bool isOwn(std::string_view host, int port) {
  const auto parts = parsed(host);
  if (!parts || (parts->name != "127.0.0.1" && parts->name != "localhost" && parts->name != "[::1]"))
    return false;
  return parts->port == std::to_string(port) || (port == 80 && parts->port.empty());
}

}  // namespace

void AllowedHosts::add(const std::string& name) {
  if (!parsed(name))
    failUsage(
        "invalid host name '{}': give the name that the browser asks for, with or without a port, such as "
        "studio.local or localhost:9000",
        name);
  added_.push_back(lowerCase(std::string(name)));
}

bool AllowedHosts::isAdded(std::string_view host) const {
  const auto parts = parsed(host);
  return parts && std::any_of(added_.begin(), added_.end(), [&](const std::string& added) {
           return added == host || added == parts->name;
         });
}

bool AllowedHosts::allows(std::string_view host, int port) const {
  const std::string asked = lowerCase(std::string(host));
  return isOwn(asked, port) || isAdded(asked);
}

bool AllowedHosts::allowsOrigin(std::string_view origin, std::string_view host, int port) const {
  const std::string from = lowerCase(std::string(origin)), asked = lowerCase(std::string(host));
  // Other ports of an allowed name belong to other servers: the page's origin must be the host itself.
  if (isAdded(asked)) return from == "http://" + asked || from == "https://" + asked;
  constexpr std::string_view scheme = "http://";
  return from.starts_with(scheme) && isOwn(std::string_view(from).substr(scheme.size()), port);
}

std::string AllowedHosts::remedy(std::string_view host, int port) const {
  const bool valid = parsed(host).has_value();
  return fmt::format(
      "through a forwarded port, use the same port on both ends (ssh -L {}:127.0.0.1:{} ...), or start "
      "'patchpilot serve --host-name {}'",
      port, port, valid ? host : "NAME");
}

}  // namespace patchpilot
