#include "preset/dialect.h"

namespace patchpilot {

std::optional<std::string> Dialect::audibleContent(std::span<const std::uint8_t>) const {
  return std::nullopt;
}

PresetLabel Dialect::label(std::span<const std::uint8_t>) const { return {}; }

Bytes Dialect::withLabel(const Bytes& state, const PresetLabel&) const { return state; }

Bytes Dialect::componentState(const Bytes& chunk) const { return chunk; }

std::optional<Bytes> Dialect::baseState(const std::string&, const StateContent&) const {
  return std::nullopt;
}

std::optional<Bytes> Dialect::withPart(const Bytes&, const Bytes&, std::string_view) const {
  return std::nullopt;
}

Bytes Dialect::complete(const Bytes& state) const { return state; }

bool Dialect::hasRevisions() const { return false; }

int Dialect::revision(const Bytes&) const { return 0; }

std::vector<std::size_t> Dialect::pieceEnds(std::span<const std::uint8_t> innerState) const {
  if (innerState.empty()) return {};
  return {innerState.size()};
}

std::optional<PresetFolders> Dialect::factoryFolders(const std::filesystem::path&) const {
  return std::nullopt;
}

std::optional<std::filesystem::path> Dialect::userFolder(const std::string&) const { return std::nullopt; }

bool Dialect::isSilent(const ParameterReading&, const std::vector<ParameterReading>&) const { return false; }

StateWords Dialect::words(PatchInPlugin&) const { return {}; }

}  // namespace patchpilot
