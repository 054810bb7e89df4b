#pragma once

#include "base/error.h"

#include <toml++/toml.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchpilot {

/// Reads one TOML table with messages that say where something is wrong.
class TomlReader {
 public:
  TomlReader(const toml::table& table, std::string file, std::string what)
      : table_(table), file_(std::move(file)), what_(std::move(what)) {}

  template <typename T>
  std::optional<T> optional(const char* key) const {
    const auto* node = table_.get(key);
    if (node == nullptr) return std::nullopt;
    const auto value = node->value<T>();
    if (!value) fail(key, "has the wrong type");
    return value;
  }

  template <typename T>
  T required(const char* key) const {
    const auto value = optional<T>(key);
    if (!value) fail(key, "is missing");
    return *value;
  }

  std::vector<std::string> strings(const char* key) const {
    std::vector<std::string> result;
    if (const auto* array = table_.get_as<toml::array>(key))
      for (const auto& item : *array) result.push_back(item.value<std::string>().value_or(""));
    return result;
  }

  void allowOnly(std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, value] : table_)
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end())
        fail(std::string(key.str()), "is not known here; check its spelling");
  }

  [[noreturn]] void fail(const std::string& key, const std::string& problem) const {
    failInput("{}:{}: {}: '{}' {}", file_, table_.source().begin.line, what_, key, problem);
  }

  const toml::table& table() const { return table_; }

 private:
  const toml::table& table_;
  std::string file_;
  std::string what_;
};

}  // namespace patchpilot
