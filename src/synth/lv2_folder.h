#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct LilvWorldImpl;

namespace patchpilot {

/// Between which values a control port lies.
struct PortRange {
  float least = 0;
  float most = 1;

  /// A normalized value as the port's own, rounded as JUCE's LV2 host does.
  float value(float normalized) const { return least + (most - least) * normalized; }
};

/// The bundles that lie directly in a folder, in the order of their paths: every folder that has a
/// `manifest.ttl`, whatever its name, also if it is reached through a link. This is what lilv loads.
std::vector<std::filesystem::path> lv2BundlesIn(const std::filesystem::path& folder);

/// A folder, if it is there, and the folders of vendors below it that hold bundles, to a depth of a few
/// levels. lilv reads a folder's own bundles only.
std::vector<std::filesystem::path> lv2FoldersUnder(const std::filesystem::path& folder);

/// A plug-in as its bundle describes it.
struct Lv2Description {
  std::string uri;
  std::string name;
  std::string vendor;
  std::string version;            ///< empty if none is given. JUCE does not tell it
  std::filesystem::path bundle;   ///< the folder of its description
  std::filesystem::path library;  ///< the binary that holds it; it may be missing
  bool instrument = false;  ///< a generator or an instrument by its class, or MIDI in, audio out, no audio in
};

/// What the LV2 bundles in a folder say of their plug-ins, read with lilv; no plug-in is opened.
class Lv2Folder {
 public:
  explicit Lv2Folder(const std::filesystem::path& folder);

  /// All plug-ins, in the order of their URIs.
  std::vector<Lv2Description> plugins() const;

  /// The control inputs of a plug-in by symbol, those that say where they end. JUCE does not tell that
  /// either.
  std::map<std::string, PortRange> portRanges(const std::string& uri) const;

 private:
  std::shared_ptr<LilvWorldImpl> world_;
};

}  // namespace patchpilot
