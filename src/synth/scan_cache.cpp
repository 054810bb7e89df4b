#include "synth/scan_cache.h"

#include "synth/cache_file.h"

#include <algorithm>

namespace patchpilot {

namespace {

constexpr std::string_view kScanFile = "plugins.cache";
/// Raised if scanning comes to find otherwise, or the fields change.
constexpr std::uint16_t kScanVersion = 1;

}  // namespace

template <typename Visitor, typename Message>
requires isOneOf<Message, PluginInfo, ScanFailure, ScannedUnit, ScanCache>
static void visitFields(Visitor& visit, Message& m) {
  if constexpr (isOneOf<Message, PluginInfo>)
    visit(m.name, m.vendor, m.version, m.format, m.id, m.path, m.parameters, m.bundle, m.stamp);
  else if constexpr (isOneOf<Message, ScanFailure>)
    visit(m.problem.path, m.problem.problem, m.problem.name, m.again);
  else if constexpr (isOneOf<Message, ScannedUnit>) visit(m.path, m.stamp, m.plugins, m.others, m.failures);
  else visit(m.units);
}

bool ScanFailure::operator==(const ScanFailure& other) const {
  return problem.path == other.problem.path && problem.problem == other.problem.problem &&
         problem.name == other.problem.name && again == other.again;
}

ScanCache ScanCache::read() { return readCacheFile<ScanCache>(kScanFile, kScanVersion); }

void ScanCache::write() const { writeCacheFile(kScanFile, kScanVersion, *this); }

ScannedUnit& ScanCache::unit(const std::string& path) {
  const auto found =
      std::find_if(units.begin(), units.end(), [&](const ScannedUnit& unit) { return unit.path == path; });
  return found == units.end() ? units.emplace_back(ScannedUnit{path, {}, {}, {}, {}}) : *found;
}

}  // namespace patchpilot
