#include "preset/surge/folders.h"

#include "base/error.h"
#include "base/files.h"
#include "base/places.h"
#include "preset/xml_text.h"

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr const char* kName = "Surge XT";
constexpr const char* kVendor = "Surge Synth Team";

/// The folder that the user has chosen in Surge's menu; empty if there is none.
fs::path chosenFolder() {
  std::string xml;
  try {
    xml = readTextFile(userDataFolder() / kVendor / kName / "surgeUserDirectoryLocation.xml");
  } catch (const Error&) {
    return {};  // no folder was ever chosen
  }
  const auto open = findTag(xml, "path", 0, xml.size());
  const auto close = open && !open->selfClosing ? findClosing(xml, *open, xml.size()) : std::nullopt;
  return close ? fs::path(unescapeXml(xml.substr(open->end, close->begin - open->end))) : fs::path();
}

}  // namespace

std::vector<fs::path> surgeDataFolders(const fs::path& plugin) {
  if (const auto given = environmentVariable("SURGE_DATA_HOME"); !given.empty()) return {given};
  std::vector<fs::path> folders;
  for (fs::path folder = plugin; folder.has_relative_path(); folder = folder.parent_path())
    folders.push_back(folder / "SurgeXTData");
  const fs::path user = userDataFolder();
  for (const fs::path& place : {user / kName, user / "surge-xt", fs::path("/usr/local/share/surge-xt"),
                                fs::path("/usr/share/surge-xt")})
    folders.push_back(place);
  return folders;
}

fs::path surgeUserFolder() {
  const std::string name = kName, vendor = kVendor;
  if (const fs::path chosen = chosenFolder(); fs::is_directory(chosen)) return chosen;
  if (const fs::path documents = desktopDocumentsFolder(); !documents.empty()) return documents / name;
  const fs::path documents = homeFolder() / "Documents";
  for (const fs::path& made : {homeFolder() / ("." + name), documents / name,
                               homeFolder() / ("." + vendor) / name, documents / vendor / name})
    if (fs::is_directory(made)) return made;
  return fs::is_directory(documents) ? documents / name : homeFolder() / ("." + vendor) / name;
}

}  // namespace patchpilot
