#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

struct LilvWorldImpl;

namespace patchpilot {

/// Between which values a control port lies.
struct PortRange {
  float least = 0;
  float most = 1;

  /// A normalized value as the port's own, rounded as JUCE's LV2 host does.
  float value(float normalized) const { return least + (most - least) * normalized; }
};

/// What the LV2 bundles in a folder say of their plug-ins, read with lilv; no plug-in is opened.
class Lv2Folder {
 public:
  explicit Lv2Folder(const std::filesystem::path& folder);

  /// Versions of all plug-ins, by URI; empty where none is given. JUCE does not tell them.
  std::map<std::string, std::string> versions() const;

  /// The control inputs of a plug-in by symbol, those that say where they end. JUCE does not tell that
  /// either.
  std::map<std::string, PortRange> portRanges(const std::string& uri) const;

 private:
  std::shared_ptr<LilvWorldImpl> world_;
};

}  // namespace patchpilot
