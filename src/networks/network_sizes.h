#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace patchpilot {

/// The sizes and switches of a network, by name, as text. What is not given has a default, and every value is
/// checked when it is read.
class NetworkSizes {
 public:
  /// @param place  for messages: the network, or the file that the sizes are from
  NetworkSizes(std::string place, std::map<std::string, std::string> given)
      : place_(std::move(place)), given_(std::move(given)) {}

  /// @throws Error (input), as all of these, that names the size, its value, and what would be right
  std::int64_t whole(const std::string& name, std::int64_t standard, std::int64_t least, std::int64_t most);
  double number(const std::string& name, double standard, double least, double most);
  std::string text(const std::string& name, const std::string& standard);
  std::string word(const std::string& name, const std::vector<std::string>& known);  ///< default: the first
  [[noreturn]] void fail(const std::string& name, const std::string& what) const;

  /// All that were read, the defaults included: what a file says of its network.
  const std::map<std::string, std::string>& read() const { return read_; }

  /// @throws Error (input) if one was given that nobody read
  void requireAllRead() const;

 private:
  std::string place_;
  std::map<std::string, std::string> given_, read_;
};

}  // namespace patchpilot
