#include "wire/fields.h"

#include "base/text.h"

#include <charconv>
#include <cmath>

namespace patchpilot {

using nlohmann::json;

namespace {

constexpr int kDeepest = 16;

bool isUtf8(const std::string& text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8Length(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string shown(const json& value) {
  const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

}  // namespace

json parseJson(const std::string& text, const std::string& what) {
  try {
    return json::parse(text, [](int depth, json::parse_event_t, json&) {
      if (depth > kDeepest) failInput("the JSON is nested more than {} deep", kDeepest);
      return true;
    });
  } catch (const json::exception& error) {
    failInput("{} is no JSON ({})", what, error.what());
  }
}

Fields::Fields(const json& object) : object_(object) {
  if (!object.is_object()) failInput("{} is no JSON object", shown(object));
}

const json* Fields::take(const std::string& key) {
  taken_.insert(key);
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<double> Fields::number(const std::string& key, double least, double most) {
  const json* value = take(key);
  if (!value) return std::nullopt;
  if (!value->is_number() || !(value->get<double>() >= least && value->get<double>() <= most))
    failInput("{} is {}; give a number from {:g} to {:g}", key, shown(*value), least, most);
  return value->get<double>();
}

std::optional<std::int64_t> Fields::whole(const std::string& key, std::int64_t least, std::int64_t most) {
  const auto value = number(key, double(least), double(most));
  if (!value) return std::nullopt;
  if (*value != std::floor(*value))
    failInput("{} is {:g}; give a whole number from {} to {}", key, *value, least, most);
  return std::int64_t(*value);
}

std::optional<bool> Fields::flag(const std::string& key) {
  const json* value = take(key);
  if (!value) return std::nullopt;
  if (!value->is_boolean()) failInput("{} is {}; give true or false", key, shown(*value));
  return value->get<bool>();
}

std::optional<std::string> Fields::text(const std::string& key, std::size_t mostBytes) {
  const json* value = take(key);
  if (!value) return std::nullopt;
  if (!value->is_string() || !isUtf8(value->get_ref<const std::string&>()))
    failInput("{} is {}; give a text", key, shown(*value));
  const std::string line = oneLine(value->get<std::string>());
  if (line.empty() || line.size() > mostBytes)
    failInput("{} has {} bytes; give from 1 to {}", key, line.size(), mostBytes);
  return line;
}

std::optional<std::string> Fields::raw(const std::string& key) {
  const json* value = take(key);
  if (!value) return std::nullopt;
  if (!value->is_string()) failInput("{} is {}; give a text", key, shown(*value));
  return value->get<std::string>();
}

std::vector<std::string> Fields::texts(const std::string& key, std::size_t most, std::size_t mostBytes) {
  std::vector<std::string> texts;
  const json* value = take(key);
  if (!value) return texts;
  if (!value->is_array() || value->size() > most)
    failInput("{} is {}; give a list of at most {} texts", key, shown(*value), most);
  for (const json& one : *value) {
    if (!one.is_string() || one.get_ref<const std::string&>().size() > mostBytes)
      failInput("{} holds {}; give a list of texts", key, shown(one));
    texts.push_back(one.get<std::string>());
  }
  return texts;
}

std::vector<std::string> Fields::textOrTexts(const std::string& key, std::size_t most) {
  const json* value = take(key);
  if (value && value->is_string()) return {*text(key)};
  return texts(key, most);
}

std::map<std::string, float> Fields::values(const std::string& key) {
  std::map<std::string, float> values;
  const json* value = take(key);
  if (!value) return values;
  if (!value->is_object() || value->size() > 10'000)
    failInput("{} is {}; give an object of parameter keys and values", key, shown(*value));
  for (const auto& [name, one] : value->items()) {
    if (!one.is_number() || !(one.get<double>() >= 0 && one.get<double>() <= 1))
      failInput("{} holds {} for {}; values lie between 0 and 1", key, shown(one), name);
    values[name] = one.get<float>();
  }
  return values;
}

const json* Fields::object(const std::string& key) {
  const json* value = take(key);
  if (value && !value->is_object()) failInput("{} is {}; give an object", key, shown(*value));
  return value;
}

const json* Fields::list(const std::string& key) {
  const json* value = take(key);
  if (value && !value->is_array()) failInput("{} is {}; give a list", key, shown(*value));
  return value;
}

void Fields::end() const {
  for (const auto& [key, value] : object_.items())
    if (!taken_.contains(key)) failInput("there is no field '{}' here", key);
}

const json& required(const json* value, const char* key) {
  if (!value) failInput("{} is missing", key);
  return *value;
}

std::optional<double> numberIn(const std::string& key, const std::string& text, double least, double most) {
  if (text.empty()) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= least && value <= most))
    failInput("{} is '{}'; give a number from {:g} to {:g}", key, text, least, most);
  return value;
}

}  // namespace patchpilot
