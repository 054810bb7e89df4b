#pragma once

#include <nlohmann/json.hpp>

#include <string_view>

namespace patchpilot {

/// No file that this program reads nests deeper.
inline constexpr int kDeepestJson = 16;

/// JSON of unknown origin. A document can be nested as deeply as its file is long, and copying it would then
/// use up the stack.
/// @return discarded (`is_discarded`) where it is no JSON, or nested deeper than `kDeepestJson`
inline nlohmann::json parseShallow(std::string_view text) {
  using Event = nlohmann::json::parse_event_t;
  bool tooDeep = false;
  const auto shallow = [&](int depth, Event event, nlohmann::json&) {
    tooDeep =
        tooDeep || (depth >= kDeepestJson && (event == Event::object_start || event == Event::array_start));
    return !tooDeep;  // what is refused is read over, and not kept
  };
  nlohmann::json document = nlohmann::json::parse(text, shallow, false);
  return tooDeep ? nlohmann::json(nlohmann::json::value_t::discarded) : document;
}

}  // namespace patchpilot
