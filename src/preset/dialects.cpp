#include "preset/dialect.h"
#include "preset/surge/dialect.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace patchpilot {

namespace {

/// A synth with a dialect of its own.
struct Row {
  std::string_view name;
  std::string_view id;   ///< see `dialectOfSynth`
  std::string_view tag;  ///< first bytes of its inner states; empty if they have none
  const Dialect& (*dialect)();
};

constexpr Row kDialects[] = {
    {"Surge XT", "cjs3", "sub3", surgeDialect},
};

/// A `.fxp` and a `.vstpreset` have 60 and 48 bytes before the inner state.
constexpr std::size_t kMaxHeaderBytes = 60;

const Dialect& genericDialect() {
  static const Dialect dialect;
  return dialect;
}

bool hasTagAt(std::span<const std::uint8_t> bytes, std::size_t at, std::string_view tag) {
  return !tag.empty() && bytes.size() >= at + tag.size() &&
         std::equal(tag.begin(), tag.end(), bytes.begin() + std::ptrdiff_t(at));
}

}  // namespace

const Dialect& dialectOfSynth(std::string_view id) {
  const auto row =
      std::find_if(std::begin(kDialects), std::end(kDialects), [&](const Row& r) { return r.id == id; });
  return row == std::end(kDialects) ? genericDialect() : row->dialect();
}

const Dialect& dialectOfInnerState(std::span<const std::uint8_t> innerState) {
  const auto row = std::find_if(std::begin(kDialects), std::end(kDialects),
                                [&](const Row& r) { return hasTagAt(innerState, 0, r.tag); });
  return row == std::end(kDialects) ? genericDialect() : row->dialect();
}

std::vector<std::size_t> pieceEndsOfState(std::span<const std::uint8_t> bytes) {
  for (const Row& row : kDialects)
    for (std::size_t at = 0; at <= kMaxHeaderBytes; ++at) {
      if (!hasTagAt(bytes, at, row.tag)) continue;
      std::vector<std::size_t> ends = row.dialect().pieceEnds(bytes.subspan(at));
      for (std::size_t& end : ends) end += at;
      return ends;
    }
  return genericDialect().pieceEnds(bytes);
}

std::string dialectNames() {
  std::string names;
  for (const Row& row : kDialects)
    names += fmt::format("{}{} ({} = \"{}\")", names.empty() ? "" : ", ", row.name,
                         row.id.size() == 4 ? "fxp" : "id", row.id);
  return names;
}

}  // namespace patchpilot
