#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace patchpilot {

/// One end of an RDF statement.
struct TurtleNode {
  enum class Kind { uri, blank, literal };
  Kind kind = Kind::uri;
  std::string text;      ///< URI resolved against the base, name of the blank node, or the literal's text
  std::string datatype;  ///< URI, of a literal; may be empty

  bool operator==(const TurtleNode&) const = default;
};

/// Reads Turtle (W3C "RDF 1.1 Turtle") and hands over its statements one by one. What is not quite Turtle but
/// has a plain meaning is read as well: UTF-16 with a byte order mark, text that is no UTF-8 (as Latin-1),
/// and spaces in references.
/// @param text nested deeper than 64 levels is refused before it is parsed
/// @param baseUri against which relative references are resolved
/// @param name of the file, for error messages
/// @throws Error (input) for text that is no Turtle.
void readTurtle(const std::string& text, const std::string& baseUri, const std::string& name,
                const std::function<void(const TurtleNode& subject, const std::string& predicate,
                                         const TurtleNode& object)>& statement);

/// Text between the quotes of a Turtle string.
std::string escapeTurtle(std::string_view text);

/// Whether `text` can stand between `<` and `>` as it is: an absolute URI without characters that RFC 3987
/// excludes.
bool isPlainUri(std::string_view text);

}  // namespace patchpilot
