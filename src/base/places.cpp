#include "base/places.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <unistd.h>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

fs::path home() { return variable("HOME").empty() ? fs::path("/") : fs::path(variable("HOME")); }

fs::path xdg(const char* name, const char* standard) {
  return variable(name).empty() ? home() / standard : fs::path(variable(name));
}

/// What stands between `before` and `after`, where both are in the file.
std::string textBetween(const fs::path& file, const std::string& before, const std::string& after) {
  std::ifstream stream(file);
  const std::string text =
      "\n" + std::string{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  const auto found = text.find(before);
  if (found == std::string::npos) return "";
  const auto begin = found + before.size(), end = text.find(after, begin);
  return end == std::string::npos ? "" : text.substr(begin, end - begin);
}

/// The documents folder that the desktop has been told of; empty where there is none.
fs::path chosenDocuments() {
  std::string folder =
      textBetween(xdg("XDG_CONFIG_HOME", ".config") / "user-dirs.dirs", "\nXDG_DOCUMENTS_DIR=\"", "\"");
  if (folder.starts_with("$HOME")) folder.replace(0, 5, home().string());
  return folder;
}

/// A file that is built beside the program and installed in libexec; empty where there is none.
fs::path besideProgram(const std::string& name) {
  const fs::path folder = programFile().parent_path();
  // Tests are built one folder below.
  for (const fs::path& place : {folder / name, folder / ".." / name, folder / "../libexec/patchpilot" / name})
    if (fs::exists(place)) return fs::weakly_canonical(place);
  return {};
}

/// The first of some folders, named as they lie from the program's, that there is; empty where there is none.
fs::path firstFolder(std::initializer_list<const char*> places) {
  const fs::path folder = programFile().parent_path();
  for (const char* place : places)
    if (fs::is_directory(folder / place)) return fs::weakly_canonical(folder / place);
  return {};
}

std::vector<fs::path> splitPath(const std::string& list) {
  std::vector<fs::path> folders;
  std::istringstream stream(list);
  for (std::string folder; std::getline(stream, folder, ':');)
    if (!folder.empty())
      folders.emplace_back(folder.starts_with("~/") ? home() / folder.substr(2) : fs::path(folder));
  return folders;
}

}  // namespace

fs::path programFile() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error);
}

fs::path findProgram(const std::string& name) {
  for (const fs::path& folder : splitPath(variable("PATH"))) {
    std::error_code ignored;
    if (const fs::path file = folder / name;
        fs::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0)
      return file;
  }
  return {};
}

fs::path workerProgram() {
  if (const auto given = variable("PATCHPILOT_WORKER"); !given.empty()) return given;
  const fs::path found = besideProgram("patchpilot-worker");
  return found.empty() ? "patchpilot-worker" : found;
}

fs::path networksModule() {
  const auto given = variable("PATCHPILOT_NETWORKS");
  return given.empty() ? besideProgram("libpatchpilot-networks.so") : fs::path(given);
}

std::vector<fs::path> modelFolders() {
  std::vector<fs::path> folders = splitPath(variable("PATCHPILOT_MODELS"));
  folders.push_back(xdg("XDG_DATA_HOME", ".local/share") / "patchpilot/models");
  const fs::path folder = programFile().parent_path();
  folders.push_back(folder / "../share/patchpilot/models");
  folders.push_back(folder / "../share/patchpilot/embedders");
  folders.push_back(folder / "../embedders");     // the build tree
  folders.push_back(folder / "../../embedders");  // the tests in it
  return folders;
}

fs::path mpiModule() { return besideProgram("libpatchpilot-mpi.so"); }

std::vector<fs::path> spaceFolders() {
  std::vector<fs::path> folders = splitPath(variable("PATCHPILOT_SPACES"));
  folders.push_back(xdg("XDG_DATA_HOME", ".local/share") / "patchpilot/spaces");
  const fs::path folder = programFile().parent_path();
  folders.push_back(folder / "../share/patchpilot/spaces");
  folders.push_back(folder / "../spaces");     // the build tree
  folders.push_back(folder / "../../spaces");  // the tests in it
  return folders;
}

fs::path pageFolder() {
  const auto given = variable("PATCHPILOT_PAGE");
  return given.empty() ? firstFolder({"../share/patchpilot/web", "../web/dist", "../../web/dist"})
                       : fs::path(given);
}

fs::path examplesFolder() {
  return firstFolder({"../share/patchpilot/examples", "../examples", "../../examples"});
}

fs::path dataFolder() { return xdg("XDG_DATA_HOME", ".local/share") / "patchpilot"; }

fs::path libraryFolder() { return dataFolder() / "libraries"; }

std::vector<fs::path> vst3Folders() {
  if (const auto given = variable("VST3_PATH"); !given.empty()) return splitPath(given);
  return {home() / ".vst3", "/usr/local/lib/vst3", "/usr/lib/vst3"};
}

std::vector<fs::path> lv2Folders() {
  if (const auto given = variable("LV2_PATH"); !given.empty()) return splitPath(given);
  return {home() / ".lv2", "/usr/local/lib/lv2", "/usr/lib/lv2", "/usr/lib/x86_64-linux-gnu/lv2",
          "/usr/lib/aarch64-linux-gnu/lv2"};
}

std::vector<fs::path> vst3FactoryPresetFolders() {
  return {"/usr/local/share/vst3/presets", "/usr/share/vst3/presets"};
}

std::vector<fs::path> surgeDataFolders(const fs::path& plugin) {
  if (const auto given = variable("SURGE_DATA_HOME"); !given.empty()) return {given};
  std::vector<fs::path> folders;
  for (fs::path folder = plugin; folder.has_relative_path(); folder = folder.parent_path())
    folders.push_back(folder / "SurgeXTData");
  const fs::path user = xdg("XDG_DATA_HOME", ".local/share");
  for (const fs::path& place : {user / "Surge XT", user / "surge-xt", fs::path("/usr/local/share/surge-xt"),
                                fs::path("/usr/share/surge-xt")})
    folders.push_back(place);
  return folders;
}

fs::path userLv2Folder() { return home() / ".lv2"; }

fs::path userVst3PresetFolder() { return home() / ".vst3/presets"; }

fs::path surgeUserFolder() {
  const std::string name = "Surge XT", vendor = "Surge Synth Team";
  const fs::path settings =
      xdg("XDG_DATA_HOME", ".local/share") / vendor / name / "surgeUserDirectoryLocation.xml";
  if (const fs::path chosen = textBetween(settings, "<path>", "</path>"); fs::is_directory(chosen))
    return chosen;
  if (const fs::path documents = chosenDocuments(); !documents.empty()) return documents / name;
  const fs::path documents = home() / "Documents";
  for (const fs::path& made :
       {home() / ("." + name), documents / name, home() / ("." + vendor) / name, documents / vendor / name})
    if (fs::is_directory(made)) return made;
  return fs::is_directory(documents) ? documents / name : home() / ("." + vendor) / name;
}

fs::path cacheFolder() { return xdg("XDG_CACHE_HOME", ".cache") / "patchpilot"; }

}  // namespace patchpilot
