#pragma once

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace patchpilot {

/// Reads a JSON text of unknown origin. @throws HttpError (400) where it is none, or nested too deeply.
nlohmann::json parseJson(const std::string& text);

/// The fields of a JSON object from outside, each read once; what is left in the end is refused, so that a
/// mistyped name is not passed over. All throw HttpError (400) that names the field, what was found, and what
/// would be right.
class Fields {
 public:
  /// @param object  must outlive this
  explicit Fields(const nlohmann::json& object);

  std::optional<double> number(const std::string& key, double least, double most);
  std::optional<std::int64_t> whole(const std::string& key, std::int64_t least, std::int64_t most);
  std::optional<bool> flag(const std::string& key);

  /// UTF-8 of one line, which is not empty.
  std::optional<std::string> text(const std::string& key, std::size_t mostBytes = 200);
  std::vector<std::string> texts(const std::string& key, std::size_t most = 2000);

  /// Normalized values by the keys of parameters.
  std::map<std::string, float> values(const std::string& key);

  const nlohmann::json* object(const std::string& key);

  /// @throws HttpError where a field has not been read
  void end() const;

 private:
  const nlohmann::json* take(const std::string& key);

  const nlohmann::json& object_;
  std::set<std::string> taken_;
};

/// The same for what stands behind the `?` of an address. @throws HttpError (400) as above; nothing where it
/// is not there.
std::optional<double> numberIn(const std::string& key, const std::string& text, double least, double most);

}  // namespace patchpilot
