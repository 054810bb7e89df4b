#pragma once

#include <filesystem>
#include <optional>

namespace patchpilot {

/// How other programs of this user find a running `patchpilot serve`: it writes its address into a file in
/// its data folder when it listens, and removes it when it ends. A server that was killed leaves the file
/// behind, so whoever reads it asks the server whether its data is in that folder.

/// @param folder  the server's data folder, which it alone uses. @throws Error (system)
void writeServerAddress(const std::filesystem::path& folder, int port);

/// Never throws: a file that is left behind is recognized by those who read it.
void removeServerAddress(const std::filesystem::path& folder) noexcept;

/// The port that was written, 1 to 65535; nothing if there is no such file, or it holds something else.
std::optional<int> readServerPort(const std::filesystem::path& folder);

}  // namespace patchpilot
