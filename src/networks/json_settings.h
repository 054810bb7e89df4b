#pragma once

#include "base/error.h"
#include "base/files.h"
#include "models/shallow_json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot {

/// What a model's JSON file settles: every value is taken from it or is the published default, and is checked
/// where it enters. @throws Error (input), in every function, that names the file, the key, and what would be
/// right
class JsonSettings {
 public:
  explicit JsonSettings(const std::filesystem::path& file) : JsonSettings(file.string(), parse(file)) {}
  JsonSettings(std::string place, nlohmann::json document)
      : place_(std::move(place)), document_(std::move(document)) {}

  /// An object within; an empty one where it is not there.
  JsonSettings within(const std::string& key) const {
    nlohmann::json inner = document_.value(key, nlohmann::json::object());
    if (!inner.is_object()) fail(key, "must be an object");
    return {place_ + ": " + key, std::move(inner)};
  }

  std::int64_t whole(const std::string& key, std::int64_t standard, std::int64_t least,
                     std::int64_t most) const {
    return inRange(key, given(key) ? document_.at(key) : nlohmann::json(standard), least, most);
  }

  /// A number from `least` to `most`.
  double number(const std::string& key, double standard, double least, double most) const {
    if (!given(key)) return standard;
    const auto& value = document_.at(key);
    if (!value.is_number() || !(value.get<double>() >= least && value.get<double>() <= most))
      fail(key, fmt::format("is {}; it must be from {:g} to {:g}", value.dump(), least, most));
    return value.get<double>();
  }

  /// A list of whole numbers, or one number for all of them.
  std::vector<std::int64_t> wholes(const std::string& key, std::vector<std::int64_t> standard,
                                   std::int64_t least, std::int64_t most) const {
    if (!given(key)) return standard;
    const auto& value = document_.at(key);
    std::vector<std::int64_t> all;
    if (!value.is_array())
      return std::vector<std::int64_t>(standard.size(), inRange(key, value, least, most));
    for (const auto& one : value) all.push_back(inRange(key, one, least, most));
    return all;
  }

  /// A word, which must be one of those that are known.
  std::string word(const std::string& key, const std::string& standard,
                   const std::vector<std::string>& known) const {
    const std::string value = !given(key)                     ? standard
                              : document_.at(key).is_string() ? document_.at(key).get<std::string>()
                                                              : document_.at(key).dump();
    if (std::find(known.begin(), known.end(), value) == known.end())
      fail(key, fmt::format("is '{}'; this program knows {}", value, fmt::join(known, ", ")));
    return value;
  }

  bool flag(const std::string& key, bool standard) const {
    if (!given(key)) return standard;
    if (!document_.at(key).is_boolean()) fail(key, "must be true or false");
    return document_.at(key).get<bool>();
  }

  [[noreturn]] void fail(const std::string& key, const std::string& what) const {
    failInput("{}: {} {}", place_, key, what);
  }

 private:
  static nlohmann::json parse(const std::filesystem::path& file) {
    nlohmann::json document = parseShallow(readTextFile(file));
    if (!document.is_object())
      failInput("{}: this is no JSON object; download the file again", file.string());
    return document;
  }

  bool given(const std::string& key) const { return document_.contains(key) && !document_.at(key).is_null(); }

  std::int64_t inRange(const std::string& key, const nlohmann::json& value, std::int64_t least,
                       std::int64_t most) const {
    if (!value.is_number_integer() || value.get<std::int64_t>() < least || value.get<std::int64_t>() > most)
      fail(key, fmt::format("is {}; it must be a whole number from {} to {}", value.dump(), least, most));
    return value.get<std::int64_t>();
  }

  std::string place_;
  nlohmann::json document_;
};

}  // namespace patchpilot
