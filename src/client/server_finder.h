#pragma once

#include <filesystem>
#include <functional>
#include <optional>

namespace patchpilot {

/// Where `patchpilot serve` keeps its data unless it is told otherwise; there it writes its address.
std::filesystem::path usualServerData();

/// The port of the server that works in a data folder; nothing if none does. A file that a killed server left
/// behind, or another server that got its port since, is not taken for it.
std::optional<int> findServer(const std::filesystem::path& data);

/// The program `patchpilot`: PATCHPILOT, else the one that the user has chosen (`chooseProgram`), else on the
/// PATH, else where it is installed with this module (PREFIX/bin for a module below PREFIX/lib). Empty if
/// there is none.
std::filesystem::path findPatchPilot();

/// Remembers which program the user wants, for all clients of this user.
/// @throws Error (input) if it is no program; (system) if it cannot be written down
void chooseProgram(const std::filesystem::path& program);

/// Starts a server for a data folder at any free port. It goes on by itself, and ends when it was not used
/// for a while. Returns before it listens. @throws Error (system)
void startServer(const std::filesystem::path& program, const std::filesystem::path& data);

}  // namespace patchpilot
