#pragma once

#include "wire/fields.h"
#include "wire/named_fields.h"

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace patchpilot {

/// A struct with a function `nameFields` is an object of JSON, as is a map. A vector is an array, and an
/// optional value that is none is null.
template <typename Value>
concept NamesFields = requires(JsonWriter& visit, const Value& value) {
  nameFields(visit, value);
};

template <typename Value>
nlohmann::json jsonOf(const Value& value);

/// Makes the object of a struct.
class JsonWriter {
 public:
  static constexpr bool kReads = false;

  template <typename Field>
  void operator()(const char* name, const Field& field) {
    json_[name] = jsonOf(field);
  }

  /// Leaves the member out if the field has this value.
  template <typename Field>
  void unless(const std::type_identity_t<Field>& usual, const char* name, const Field& field) {
    if (!(field == usual)) (*this)(name, field);
  }

  /// Makes an array of the fields, in place of an object.
  template <typename... Fields>
  void list(const Fields&... fields) {
    json_ = nlohmann::json::array();
    (json_.push_back(jsonOf(fields)), ...);
  }

  nlohmann::json take() { return std::move(json_); }

 private:
  nlohmann::json json_ = nlohmann::json::object();
};

/// Reads what `JsonWriter` wrote; members that are not named are ignored.
/// All functions throw nlohmann::json::exception for a member that is missing or of another type.
class JsonReader {
 public:
  static constexpr bool kReads = true;

  /// @param json  must outlive this
  explicit JsonReader(const nlohmann::json& json) : json_(json) {}

  bool has(const char* name) const { return json_.contains(name); }

  template <typename Field>
  void operator()(const char* name, Field& field) {
    read(json_.at(name), field);
  }

  /// A member that is missing leaves this value.
  template <typename Field>
  void unless(const std::type_identity_t<Field>& usual, const char* name, Field& field) {
    if (has(name)) (*this)(name, field);
    else field = usual;
  }

  template <typename... Fields>
  void list(Fields&... fields) {
    std::size_t index = 0;
    (read(json_.at(index++), fields), ...);
  }

  template <typename Value>
  static void read(const nlohmann::json& json, Value& value) {
    if constexpr (requires(JsonReader visit) { nameFields(visit, value); }) {
      JsonReader visit(json);
      nameFields(visit, value);
    } else if constexpr (requires { value.has_value(); }) {
      value.reset();
      if (!json.is_null()) read(json, value.emplace());
    } else if constexpr (requires { value.emplace_back(); } && !std::same_as<Value, std::string>) {
      value.clear();
      for (const nlohmann::json& item : json) read(item, value.emplace_back());
    } else json.get_to(value);
  }

 private:
  const nlohmann::json& json_;
};

template <typename Value>
nlohmann::json jsonOf(const Value& value) {
  if constexpr (NamesFields<Value>) {
    JsonWriter visit;
    nameFields(visit, value);
    return visit.take();
  } else if constexpr (requires { value.has_value(); }) {
    return value ? jsonOf(*value) : nlohmann::json();
  } else if constexpr (requires { typename Value::mapped_type; }) {
    nlohmann::json object = nlohmann::json::object();
    for (const auto& [name, item] : value) object[name] = jsonOf(item);
    return object;
  } else if constexpr (requires { typename Value::value_type; } &&
                       !std::convertible_to<Value, std::string_view>) {
    nlohmann::json array = nlohmann::json::array();
    for (const auto& item : value) array.push_back(jsonOf(item));
    return array;
  } else return nlohmann::json(value);
}

/// JSON as text. Bytes that are no UTF-8 are replaced.
/// @param indent  of each level, in blanks; below 0: all in one line
std::string jsonText(const nlohmann::json& json, int indent = -1);

template <typename Value>
requires(!std::same_as<Value, nlohmann::json>) std::string jsonText(const Value& value, int indent = -1) {
  return jsonText(jsonOf(value), indent);
}

/// @throws Error (input) that says what is wrong with the text
template <typename Value>
Value fromJsonText(const std::string& text) {
  Value value;
  const nlohmann::json json = parseJson(text, "it");
  try {
    JsonReader::read(json, value);
  } catch (const nlohmann::json::exception& error) {
    failInput("{}", error.what());
  }
  return value;
}

/// Whether a text is one object of JSON.
bool isJsonObject(std::string_view text);

/// The items of an array, each as text in one line; nothing if the text is JSON and no array.
/// @param what  the text is called in an error
/// @throws Error (input) if it is no JSON
std::optional<std::vector<std::string>> jsonItems(const std::string& text, const std::string& what);

}  // namespace patchpilot
