#include "networks/network_sizes.h"

#include "base/error.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace patchpilot {

namespace {

template <typename Number>
bool parse(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

void NetworkSizes::fail(const std::string& name, const std::string& what) const {
  const auto found = read_.find(name);
  failInput("{}: size {} is '{}'; {}", place_, name, found == read_.end() ? "" : found->second, what);
}

std::string NetworkSizes::text(const std::string& name, const std::string& standard) {
  const auto found = given_.find(name);
  return read_[name] = found == given_.end() ? standard : found->second;
}

std::int64_t NetworkSizes::whole(const std::string& name, std::int64_t standard, std::int64_t least,
                                 std::int64_t most) {
  std::int64_t value = 0;
  if (!parse(text(name, std::to_string(standard)), value) || value < least || value > most)
    fail(name, fmt::format("it must be a whole number from {} to {}", least, most));
  return value;
}

double NetworkSizes::number(const std::string& name, double standard, double least, double most) {
  double value = 0;
  if (!parse(text(name, fmt::format("{}", standard)), value) || !(value >= least && value <= most))
    fail(name, fmt::format("it must be a number from {} to {}", least, most));
  return value;
}

std::string NetworkSizes::word(const std::string& name, const std::vector<std::string>& known) {
  const std::string value = text(name, known.front());
  if (std::find(known.begin(), known.end(), value) == known.end())
    fail(name, fmt::format("it must be one of: {}", fmt::join(known, ", ")));
  return value;
}

void NetworkSizes::requireAllRead() const {
  for (const auto& [name, value] : given_)
    if (!read_.contains(name))
      failInput("{}: there is no size '{}'; there are: {}", place_, name, [&] {
        std::vector<std::string> names;
        for (const auto& entry : read_) names.push_back(entry.first);
        return fmt::format("{}", fmt::join(names, ", "));
      }());
}

}  // namespace patchpilot
