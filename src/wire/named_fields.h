#pragma once

#include <concepts>
#include <type_traits>

namespace patchpilot {

/// Structs become JSON, and are read from it, by a function beside them that names their fields for both
/// directions (`wire/json_codec.h` has the visitors):
///
///     template <typename Visitor, Either<Point> One>
///     void nameFields(Visitor& visit, One& point) {
///       visit("x", point.x);
///       visit.unless(0.0, "y", point.y);  // left out if it is 0
///     }
///
/// A struct that is only written may take a `JsonWriter` and compute what it names. There is one such
/// function for a struct in the whole program.
template <typename One, typename Struct>
concept Either = std::same_as<std::remove_const_t<One>, Struct>;

class JsonWriter;
class JsonReader;

}  // namespace patchpilot
