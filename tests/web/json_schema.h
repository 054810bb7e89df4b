#pragma once

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace patchpilot {

/// Checks JSON values against the schemas of an OpenAPI 3.1 document: the keywords that docs/openapi.json
/// uses, of JSON Schema 2020-12. It is stricter in two points: a keyword that it does not know is a problem,
/// and so is a member that `properties` does not name, unless `additionalProperties` is there.
class JsonSchema {
 public:
  explicit JsonSchema(nlohmann::json document) : document_(std::move(document)) {}

  const nlohmann::json& document() const { return document_; }

  /// What is wrong with a value, a line each; empty if nothing is.
  std::vector<std::string> problems(const nlohmann::json& schema, const nlohmann::json& value,
                                    const std::string& place = "$") const {
    std::vector<std::string> found;
    check(schema, value, place, found);
    return found;
  }

 private:
  using json = nlohmann::json;
  using Problems = std::vector<std::string>;

  void check(const json& schema, const json& value, const std::string& place, Problems& found) const {
    if (schema.is_boolean()) {
      if (!schema.get<bool>()) found.push_back(place + " must not be there");
      return;
    }
    if (schema.contains("$ref")) return check(resolved(schema.at("$ref")), value, place, found);
    for (const auto& [keyword, content] : schema.items()) checkKeyword(keyword, schema, value, place, found);
  }

  const json& resolved(const std::string& reference) const {
    return document_.at(json::json_pointer(reference.substr(1)));
  }

  void checkKeyword(const std::string& keyword, const json& schema, const json& value,
                    const std::string& place, Problems& found) const {
    static const std::set<std::string> annotations{"description", "default", "title", "format", "examples"};
    const json& content = schema.at(keyword);
    const auto wrong = [&](const std::string& what) {
      found.push_back(fmt::format("{} is {}: {}", place, value.dump(), what));
    };
    const auto matches = [&](const json& one) { return problems(one, value, place).empty(); };
    if (annotations.contains(keyword)) return;
    if (keyword == "type") {
      if (!hasType(value, content, schema.value("nullable", false))) wrong("not of type " + content.dump());
    } else if (keyword == "nullable") {
      return;  // OpenAPI 3.0; see `type`
    } else if (keyword == "enum") {
      if (std::find(content.begin(), content.end(), value) == content.end())
        wrong("none of " + content.dump());
    } else if (keyword == "const") {
      if (value != content) wrong("not " + content.dump());
    } else if (keyword == "minimum") {
      if (value.is_number() && value < content) wrong("less than " + content.dump());
    } else if (keyword == "maximum") {
      if (value.is_number() && value > content) wrong("more than " + content.dump());
    } else if (keyword == "maxLength") {
      if (value.is_string() && value.get_ref<const std::string&>().size() > content.get<std::size_t>())
        wrong("longer than " + content.dump());
    } else if (keyword == "pattern") {
      if (value.is_string() &&
          !std::regex_search(value.get<std::string>(), std::regex(content.get<std::string>())))
        wrong("does not match " + content.dump());
    } else if (keyword == "items") {
      if (value.is_array())
        for (std::size_t i = 0; i < value.size(); ++i)
          check(content, value[i], fmt::format("{}[{}]", place, i), found);
    } else if (keyword == "required") {
      if (value.is_object())
        for (const json& name : content)
          if (!value.contains(name)) found.push_back(fmt::format("{} has no {}", place, name.dump()));
    } else if (keyword == "properties" || keyword == "additionalProperties") {
      if (value.is_object() &&
          (keyword == "additionalProperties" || !schema.contains("additionalProperties")))
        checkMembers(schema, value, place, found);
    } else if (keyword == "anyOf") {
      if (std::none_of(content.begin(), content.end(), matches)) wrong("fits none of anyOf");
    } else if (keyword == "oneOf") {
      if (std::count_if(content.begin(), content.end(), matches) != 1) wrong("does not fit one of oneOf");
    } else if (keyword == "allOf") {
      for (const json& one : content) check(one, value, place, found);
    } else {
      found.push_back(fmt::format("{}: the keyword {} is not known here", place, keyword));
    }
  }

  void checkMembers(const json& schema, const json& value, const std::string& place, Problems& found) const {
    const json properties = schema.value("properties", json::object());
    for (const auto& [name, member] : value.items()) {
      const std::string inside = place + "." + name;
      if (properties.contains(name)) check(properties.at(name), member, inside, found);
      else if (schema.contains("additionalProperties"))
        check(schema.at("additionalProperties"), member, inside, found);
      else found.push_back(inside + " is not in the document");
    }
  }

  static bool hasType(const json& value, const json& type, bool nullable) {
    if (type.is_array())
      return std::any_of(type.begin(), type.end(),
                         [&](const json& one) { return hasType(value, one, nullable); });
    if (nullable && value.is_null()) return true;
    if (type == "integer")
      return value.is_number_integer() ||
             (value.is_number_float() && value.get<double>() == std::floor(value.get<double>()));
    return (type == "number" && value.is_number()) || (type == "string" && value.is_string()) ||
           (type == "boolean" && value.is_boolean()) || (type == "object" && value.is_object()) ||
           (type == "array" && value.is_array()) || (type == "null" && value.is_null());
  }

  json document_;
};

/// The operations of docs/openapi.json, by which the requests and answers of a test are checked.
class ApiContract {
 public:
  explicit ApiContract(nlohmann::json document) : schema_(std::move(document)) {
    const std::regex variable("\\{[a-z]+\\}");
    for (const auto& [path, operations] : schema_.document().at("paths").items())
      paths_.emplace_back(std::regex(std::regex_replace(path, variable, "[^/]+")), &operations);
  }
  ApiContract(const ApiContract&) = delete;
  ApiContract& operator=(const ApiContract&) = delete;

  /// What is wrong with an answer.
  /// @param path  as it was asked for, without the query
  /// @param type  its Content-Type
  /// @param body  empty: it is not looked at
  std::vector<std::string> problemsOfAnswer(const std::string& method, const std::string& path, int status,
                                            std::string type, const std::string& body) const {
    type = type.substr(0, type.find(';'));
    const nlohmann::json* operation = find(method, path);
    if (!operation) {
      // Not in the document: it must be refused.
      if (status < 400) return {fmt::format("{} {} is answered, and not in the document", method, path)};
      return problemsOf({{"$ref", "#/components/schemas/Error"}}, body);
    }
    const auto& responses = operation->at("responses");
    const std::string code = std::to_string(status == 206 ? 200 : status);
    if (!responses.contains(code) && status < 400)
      return {fmt::format("{} {} answers {}, which is not in the document", method, path, status)};
    const auto& content = responses.at(responses.contains(code) ? code : "default").at("content");
    if (!content.contains(type))
      return {
          fmt::format("{} {} answers {} as '{}', which is not in the document", method, path, status, type)};
    return type == "application/json" ? problemsOf(content.at(type).at("schema"), body)
                                      : std::vector<std::string>();
  }

  /// What is wrong with the JSON body of a request that was accepted.
  std::vector<std::string> problemsOfRequest(const std::string& method, const std::string& path,
                                             const nlohmann::json& body) const {
    const nlohmann::json* operation = find(method, path);
    if (!operation || !operation->contains("requestBody")) return {};
    return schema_.problems(operation->at("requestBody").at("content").at("application/json").at("schema"),
                            body);
  }

  std::vector<std::string> problemsOf(const nlohmann::json& schema, const std::string& body) const {
    if (body.empty()) return {};
    const auto value = nlohmann::json::parse(body, nullptr, false);
    if (value.is_discarded()) return {"the answer is no JSON: " + body.substr(0, 200)};
    return schema_.problems(schema, value);
  }

 private:
  /// Nothing if there is no such operation.
  const nlohmann::json* find(const std::string& method, const std::string& path) const {
    std::string key = method == "HEAD" ? "get" : method;
    std::transform(key.begin(), key.end(), key.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    for (const auto& [pattern, operations] : paths_)
      if (std::regex_match(path, pattern)) return operations->contains(key) ? &operations->at(key) : nullptr;
    return nullptr;
  }

  JsonSchema schema_;
  std::vector<std::pair<std::regex, const nlohmann::json*>> paths_;  ///< and the operations of each
};

}  // namespace patchpilot
