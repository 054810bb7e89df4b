#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchpilot {

/// The names under which a server may be asked, so that no page elsewhere can reach it through a name of its
/// own that resolves to this machine (DNS rebinding). A loopback name counts with the server's own port only.
/// A name that the user allows is one that a forwarded port or a proxy gives to the server.
class AllowedHosts {
 public:
  /// Allows a name besides the loopback ones.
  /// @param name  a host name or an address, in any case: "studio.local", "192.168.1.7", "[fd00::7]"; with a
  ///              port ("localhost:9000") that port only, without one any port
  /// @throws Error (usage) for anything else, such as a URL or a wildcard
  void add(const std::string& name);

  /// Whether a request may name this host. @param host  as a Host header says it; @param port  of the server
  bool allows(std::string_view host, int port) const;

  /// Whether a page of this origin may ask under that host: a page of the server itself. Behind a proxy a
  /// page may be https. @param origin  as an Origin header says it
  bool allowsOrigin(std::string_view origin, std::string_view host, int port) const;

  /// What to do about a host that is not allowed, in a sentence; `host` is repeated if it is a valid name.
  std::string remedy(std::string_view host, int port) const;

 private:
  bool isAdded(std::string_view host) const;  ///< of a host in lower case

  std::vector<std::string> added_;  ///< in lower case
};

}  // namespace patchpilot
