#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot {

/// Where this system keeps things. Environment variables that override a place are named beside it.

/// An environment variable; empty if it is not set.
std::string environmentVariable(const char* name);

/// The user's home: HOME, else /.
std::filesystem::path homeFolder();

/// Where programs keep the user's data: XDG_DATA_HOME, else ~/.local/share.
std::filesystem::path userDataFolder();

/// The documents folder that the desktop names in user-dirs.dirs (XDG_CONFIG_HOME, else ~/.config); empty if
/// it names none.
std::filesystem::path desktopDocumentsFolder();

/// The program's own file.
std::filesystem::path programFile();

/// A program of the system's, found on the PATH; empty where there is none.
std::filesystem::path findProgram(const std::string& name);

/// The worker program: PATCHPILOT_WORKER, else beside the program, else in ../libexec/patchpilot.
std::filesystem::path workerProgram();

/// The module that links MPI, beside the program or in ../libexec/patchpilot; empty where there is none.
std::filesystem::path mpiModule();

/// The module that holds the networks: PATCHPILOT_NETWORKS, else beside the program, else in
/// ../libexec/patchpilot; empty where there is none.
std::filesystem::path networksModule();

/// Folders that hold models, the user's own first: PATCHPILOT_MODELS (several, with colons),
/// $XDG_DATA_HOME/patchpilot/models, ../share/patchpilot/models, and where the trained embedders lie that
/// come with the program: ../share/patchpilot/embedders, ../embedders.
std::vector<std::filesystem::path> modelFolders();

/// Folders that hold parameter spaces, the user's own first: PATCHPILOT_SPACES (several, with colons),
/// $XDG_DATA_HOME/patchpilot/spaces, ../share/patchpilot/spaces, ../spaces.
std::vector<std::filesystem::path> spaceFolders();

/// The page that `serve` shows, as Vite has built it: PATCHPILOT_PAGE, else ../share/patchpilot/web, else
/// ../web/dist; empty where there is none.
std::filesystem::path pageFolder();

/// Sounds to try things with: ../share/patchpilot/examples, else ../examples; empty where there are none.
std::filesystem::path examplesFolder();

/// What the user has made and is kept: $XDG_DATA_HOME/patchpilot, else ~/.local/share/patchpilot.
std::filesystem::path dataFolder();

/// The libraries that the user has built, NAME.db each, which commands find by their names: `libraries` in
/// `dataFolder()`.
std::filesystem::path libraryFolder();

/// Folders that hold VST3 bundles: VST3_PATH's, else ~/.vst3, /usr/lib/vst3, /usr/local/lib/vst3.
std::vector<std::filesystem::path> vst3Folders();

/// Folders that hold LV2 bundles: LV2_PATH's, else ~/.lv2, /usr/local/lib/lv2, /usr/lib/lv2 and the like.
std::vector<std::filesystem::path> lv2Folders();

/// Folders as a message names them, with commas between them.
std::string listOf(const std::vector<std::filesystem::path>& folders);

/// The system's folders of VST3 presets, each with VENDOR/PLUGIN in it (Steinberg, "Preset locations").
std::vector<std::filesystem::path> vst3FactoryPresetFolders();

/// Where hosts find the user's own LV2 bundles: ~/.lv2.
std::filesystem::path userLv2Folder();

/// Where hosts find the user's own VST3 presets, each in VENDOR/PLUGIN: ~/.vst3/presets (Steinberg, "Preset
/// locations").
std::filesystem::path userVst3PresetFolder();

/// For what can be made anew: $XDG_CACHE_HOME/patchpilot, else ~/.cache/patchpilot.
std::filesystem::path cacheFolder();

}  // namespace patchpilot
