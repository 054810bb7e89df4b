#include "networks/vector_layout.h"

#include "base/error.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace patchpilot {

namespace {

constexpr std::int64_t kGreatestWidth = 4096;

std::vector<std::string_view> parts(std::string_view text, char separator) {
  std::vector<std::string_view> all;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    all.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return all;
}

std::optional<std::int64_t> wholeNumber(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > kGreatestWidth)
    return std::nullopt;
  return value;
}

std::vector<VectorLayout::Block> readBlocks(NetworkSizes& sizes, std::int64_t width) {
  const std::string text = sizes.text("blocks", "");
  std::vector<VectorLayout::Block> blocks;
  if (text.empty()) {
    for (std::int64_t i = 0; i < width; ++i) blocks.push_back({i, 1, false});
    return blocks;
  }
  std::int64_t first = 0;
  for (std::string_view part : parts(text, ',')) {
    const bool choice = part.ends_with('c');
    if (choice) part.remove_suffix(1);
    const auto count = wholeNumber(part);
    if (!count || *count < 1 || (!choice && *count != 1))
      sizes.fail("blocks", "each must be 1, or a number of choices and c");
    blocks.push_back({first, *count, choice});
    first += *count;
  }
  if (first != width) sizes.fail("blocks", fmt::format("they have {} values, the vector {}", first, width));
  return blocks;
}

std::vector<std::int64_t> readSection(NetworkSizes& sizes, std::string_view text, std::int64_t width) {
  std::vector<std::int64_t> section;
  for (const std::string_view range : parts(text, ',')) {
    const auto ends = parts(range, '-');
    const auto first = wholeNumber(ends.front()), last = wholeNumber(ends.back());
    if (ends.size() > 2 || !first || !last || *last < *first || *last >= width)
      sizes.fail("sections", fmt::format("'{}' is no range of the vector's {} values", range, width));
    for (std::int64_t i = *first; i <= *last; ++i) section.push_back(i);
  }
  return section;
}

}  // namespace

VectorLayout VectorLayout::read(NetworkSizes& sizes) {
  VectorLayout layout;
  layout.width = sizes.whole("vector", 1, 1, kGreatestWidth);
  layout.blocks = readBlocks(sizes, layout.width);
  std::vector<bool> taken(std::size_t(layout.width), false);
  if (const std::string text = sizes.text("sections", ""); !text.empty())
    for (const std::string_view kindText : parts(text, ';')) {
      SectionKind kind;
      for (const std::string_view member : parts(kindText, '=')) {
        kind.members.push_back(readSection(sizes, member, layout.width));
        if (kind.members.back().size() != kind.members.front().size())
          sizes.fail("sections", fmt::format("in '{}' equal sections have unequal lengths", kindText));
        for (const std::int64_t index : kind.members.back()) {
          if (taken[std::size_t(index)]) sizes.fail("sections", fmt::format("{} is in two of them", index));
          taken[std::size_t(index)] = true;
        }
      }
      layout.kinds.push_back(std::move(kind));
    }
  std::vector<std::int64_t> rest;
  for (std::int64_t i = 0; i < layout.width; ++i)
    if (!taken[std::size_t(i)]) rest.push_back(i);
  if (!rest.empty()) layout.kinds.push_back({{rest}});
  return layout;
}

}  // namespace patchpilot
