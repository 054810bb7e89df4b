#pragma once

#include "base/error.h"

#include <nlohmann/json.hpp>

#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace patchpilot {

/// A number that was read within the range of an int.
inline std::optional<int> asInt(const std::optional<std::int64_t>& value) {
  return value ? std::optional(int(*value)) : std::nullopt;
}

/// Parses a JSON text of unknown origin. @param what  it is called in an error
/// @throws Error (input) if it is no JSON, or is nested too deeply.
nlohmann::json parseJson(const std::string& text, const std::string& what = "the body");

/// Reads the fields of a JSON object of unknown origin, each once. The caller decides whether unknown fields
/// are an error (`end`), so that a mistyped name is not ignored. A field that is null counts as absent.
/// All functions throw Error (input) that names the field, the value found, and what would be right.
class Fields {
 public:
  /// @param object  must outlive this
  explicit Fields(const nlohmann::json& object);

  std::optional<double> number(const std::string& key, double least = -kAny, double most = kAny);
  std::optional<std::int64_t> whole(const std::string& key, std::int64_t least = 0,
                                    std::int64_t most = std::int64_t(1) << 53);
  std::optional<bool> flag(const std::string& key);

  /// UTF-8 of one line, which is not empty.
  std::optional<std::string> text(const std::string& key, std::size_t mostBytes = 200);

  /// Any string, such as the path of a file.
  std::optional<std::string> raw(const std::string& key);

  std::vector<std::string> texts(const std::string& key, std::size_t most = 2000,
                                 std::size_t mostBytes = 200);

  /// The same, or one text in place of the list.
  std::vector<std::string> textOrTexts(const std::string& key, std::size_t most);

  /// Normalized values by the keys of parameters.
  std::map<std::string, float> values(const std::string& key);

  /// Nothing if the field is absent.
  const nlohmann::json* object(const std::string& key);
  const nlohmann::json* list(const std::string& key);

  /// @throws Error if a field has not been read
  void end() const;

  static constexpr double kAny = std::numeric_limits<double>::infinity();

 private:
  const nlohmann::json* take(const std::string& key);

  const nlohmann::json& object_;
  std::set<std::string> taken_;
};

/// The value of a field that must be there. @throws Error (input)
template <typename Value>
Value required(std::optional<Value> value, const char* key) {
  if (!value) failInput("{} is missing", key);
  return *std::move(value);
}

/// @throws Error (input)
const nlohmann::json& required(const nlohmann::json* value, const char* key);

/// Reads a number of an address' query. Nothing if the text is empty. @throws Error (input) as above
std::optional<double> numberIn(const std::string& key, const std::string& text, double least, double most);

}  // namespace patchpilot
