#pragma once

#include <boost/interprocess/mapped_region.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot::system {

/// What Linux and macOS do differently; all other code of base is POSIX. There is one file for each system:
/// system_linux.cpp and system_macos.cpp, which also hold the functions of thread_activity.h. A failing
/// function sets errno.

/// The program's own file; empty if it cannot be found.
std::filesystem::path programFile();

/// The ending of a module that is opened at run time: ".so".
const char* moduleEnding();

/// Where programs keep the user's data, settings, and what can be made anew, if no variable names another
/// place.
std::filesystem::path userDataFolder(const std::filesystem::path& home);
std::filesystem::path userSettingsFolder(const std::filesystem::path& home);
std::filesystem::path userCacheFolder(const std::filesystem::path& home);

/// Where hosts look for plug-ins, the user's own folder first.
std::vector<std::filesystem::path> vst3Folders(const std::filesystem::path& home);
std::vector<std::filesystem::path> lv2Folders(const std::filesystem::path& home);

/// Folders of VST3 presets (Steinberg, "Preset locations"): the system's, and the user's own.
std::vector<std::filesystem::path> vst3FactoryPresetFolders();
std::filesystem::path userVst3PresetFolder(const std::filesystem::path& home);

/// Makes a pipe that no child inherits. @return false if it cannot be made
bool makePipe(int (&ends)[2]);

/// Between fork and exec: what is open behind stderr does not pass to the new program.
void closeInheritedFiles();

/// Takes room on the disk for a file. @return 0, or what errno would say
int reserveRoom(int descriptor, std::uintmax_t bytes);

/// Locks one byte of a file for this opening of it, not for the process. @return false if it cannot be locked
bool lockByte(int descriptor, std::int64_t offset);

/// Makes shared memory that another process can open by its name. @return its descriptor, or -1
int makeSharedMemory(std::size_t bytes, std::string& name);

/// @throws boost::interprocess::interprocess_exception if there is none of that name
boost::interprocess::mapped_region openSharedMemory(const std::string& name);

/// Gives up what `makeSharedMemory` made; those who have opened it keep it.
void releaseSharedMemory(int descriptor, const std::string& name);

/// Bytes of address space that this process has reserved.
std::uintmax_t addressSpace();

/// See process.h.
void fillNewMemory();

}  // namespace patchpilot::system
