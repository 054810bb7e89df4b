#pragma once

#include "preset/turtle.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace patchpilot {

inline constexpr std::string_view kFileScheme = "file://";

/// What is known of one subject. A subject may have several values for one predicate.
struct RdfDescription {
  std::multimap<std::string, TurtleNode> properties;

  const TurtleNode* first(std::string_view predicate) const {
    const auto found = properties.find(std::string(predicate));
    return found == properties.end() ? nullptr : &found->second;
  }
};

/// Descriptions by subject.
using RdfGraph = std::map<std::string, RdfDescription>;

/// The name of a node among those of all files: blank nodes are known by a name within their file only.
std::string nodeKey(const TurtleNode& node, const std::string& file);

/// `%41` and its like as the characters they stand for.
std::string percentDecoded(const std::string& text);

/// @throws Error (input) if a folder has no manifest
void requireLv2Bundle(const std::filesystem::path& folder);

/// Adds what a file of the bundle says. A number with a decimal comma is read as such.
/// @return its size
/// @throws Error (input): too large, no Turtle
std::uintmax_t readLv2File(RdfGraph& graph, const std::filesystem::path& bundle, const std::string& file);

/// The name of the file of the bundle that a reference leads to.
/// @throws Error (input) for every other place
std::string fileInLv2Bundle(const std::filesystem::path& bundle, const std::string& uri);

}  // namespace patchpilot
