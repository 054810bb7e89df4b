#include "base/places.h"

#include "base/system.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <dlfcn.h>
#include <unistd.h>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

fs::path namedFolder(const char* variable, const fs::path& standard) {
  const std::string folder = environmentVariable(variable);
  return folder.empty() ? standard : fs::path(folder);
}

/// The text between `before` and `after`; empty if the file does not hold both.
std::string textBetween(const fs::path& file, const std::string& before, const std::string& after) {
  std::ifstream stream(file);
  const std::string text =
      "\n" + std::string{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  const auto found = text.find(before);
  if (found == std::string::npos) return "";
  const auto begin = found + before.size(), end = text.find(after, begin);
  return end == std::string::npos ? "" : text.substr(begin, end - begin);
}

/// A file that is built beside the program and installed in libexec; empty where there is none.
fs::path besideProgram(const std::string& name) {
  const fs::path folder = programFile().parent_path();
  // Tests are built one folder below.
  for (const fs::path& place : {folder / name, folder / ".." / name, folder / "../libexec/patchpilot" / name})
    if (fs::exists(place)) return fs::weakly_canonical(place);
  return {};
}

/// A place that is named as it lies from the program's folder.
fs::path fromProgram(const std::string& place) {
  return (programFile().parent_path() / place).lexically_normal();
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
      folders.emplace_back(folder.starts_with("~/") ? homeFolder() / folder.substr(2) : fs::path(folder));
  return folders;
}

}  // namespace

std::string environmentVariable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

fs::path homeFolder() {
  const std::string home = environmentVariable("HOME");
  return home.empty() ? fs::path("/") : fs::path(home);
}

fs::path userDataFolder() { return namedFolder("XDG_DATA_HOME", system::userDataFolder(homeFolder())); }

fs::path desktopDocumentsFolder() {
  std::string folder =
      textBetween(namedFolder("XDG_CONFIG_HOME", system::userSettingsFolder(homeFolder())) / "user-dirs.dirs",
                  "\nXDG_DOCUMENTS_DIR=\"", "\"");
  if (folder.starts_with("$HOME")) folder.replace(0, 5, homeFolder().string());
  return folder;
}

fs::path programFile() {
  // In a shared object that another program has loaded, such as the Python module: what is installed with it
  // is looked for beside that object.
  if (Dl_info info; ::dladdr(reinterpret_cast<const void*>(&programFile), &info) != 0)
    if (const fs::path object = info.dli_fname; object.extension() == ".so") {
      std::error_code error;
      return fs::canonical(object, error);
    }
  return system::programFile();
}

fs::path findProgram(const std::string& name) {
  for (const fs::path& folder : splitPath(environmentVariable("PATH"))) {
    std::error_code ignored;
    if (const fs::path file = folder / name;
        fs::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0)
      return file;
  }
  return {};
}

fs::path workerProgram() {
  if (const auto given = environmentVariable("PATCHPILOT_WORKER"); !given.empty()) return given;
  const fs::path found = besideProgram("patchpilot-worker");
  return found.empty() ? "patchpilot-worker" : found;
}

fs::path networksModule() {
  const auto given = environmentVariable("PATCHPILOT_NETWORKS");
  return given.empty() ? besideProgram(std::string("libpatchpilot-networks") + system::moduleEnding())
                       : fs::path(given);
}

std::vector<fs::path> modelFolders() {
  std::vector<fs::path> folders = splitPath(environmentVariable("PATCHPILOT_MODELS"));
  folders.push_back(userDataFolder() / "patchpilot/models");
  for (const char* place : {"../share/patchpilot/models", "../share/patchpilot/embedders", "../embedders",
                            "../models",                         // the build tree
                            "../../embedders", "../../models"})  // the tests in it
    folders.push_back(fromProgram(place));
  return folders;
}

fs::path mpiModule() { return besideProgram(std::string("libpatchpilot-mpi") + system::moduleEnding()); }

std::vector<fs::path> spaceFolders() {
  std::vector<fs::path> folders = splitPath(environmentVariable("PATCHPILOT_SPACES"));
  folders.push_back(userDataFolder() / "patchpilot/spaces");
  folders.push_back(fromProgram("../share/patchpilot/spaces"));
  folders.push_back(fromProgram("../spaces"));     // the build tree
  folders.push_back(fromProgram("../../spaces"));  // the tests in it
  return folders;
}

fs::path pageFolder() {
  const auto given = environmentVariable("PATCHPILOT_PAGE");
  return given.empty() ? firstFolder({"../share/patchpilot/web", "../web/dist", "../../web/dist"})
                       : fs::path(given);
}

fs::path examplesFolder() {
  return firstFolder({"../share/patchpilot/examples", "../examples", "../../examples"});
}

fs::path dataFolder() { return userDataFolder() / "patchpilot"; }

fs::path libraryFolder() { return dataFolder() / "libraries"; }

std::vector<fs::path> vst3Folders() {
  if (const auto given = environmentVariable("VST3_PATH"); !given.empty()) return splitPath(given);
  return system::vst3Folders(homeFolder());
}

std::vector<fs::path> lv2Folders() {
  if (const auto given = environmentVariable("LV2_PATH"); !given.empty()) return splitPath(given);
  return system::lv2Folders(homeFolder());
}

std::string listOf(const std::vector<fs::path>& folders) {
  std::string list;
  for (const auto& folder : folders) list += (list.empty() ? "" : ", ") + folder.string();
  return list;
}

std::vector<fs::path> vst3FactoryPresetFolders() { return system::vst3FactoryPresetFolders(); }

fs::path userLv2Folder() { return system::lv2Folders(homeFolder()).front(); }

fs::path userVst3PresetFolder() { return system::userVst3PresetFolder(homeFolder()); }

fs::path cacheFolder() {
  return namedFolder("XDG_CACHE_HOME", system::userCacheFolder(homeFolder())) / "patchpilot";
}

}  // namespace patchpilot
