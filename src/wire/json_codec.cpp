#include "wire/json_codec.h"

namespace patchpilot {

using nlohmann::json;

std::string jsonText(const json& json, int indent) {
  return json.dump(indent, ' ', false, json::error_handler_t::replace);
}

bool isJsonObject(std::string_view text) { return text.starts_with('{') && json::accept(text); }

std::optional<std::vector<std::string>> jsonItems(const std::string& text, const std::string& what) {
  const json document = parseJson(text, what);
  if (!document.is_array()) return std::nullopt;
  std::vector<std::string> items;
  for (const json& item : document) items.push_back(jsonText(item));
  return items;
}

}  // namespace patchpilot
