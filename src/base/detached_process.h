#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot {

/// Starts a program that goes on by itself, whatever becomes of this process: in a session of its own, with
/// nothing on its stdin, stdout and stderr, no open file of this process, and no signal blocked. It is no
/// child of this process, so that nobody need wait for its end.
/// @throws Error (system) if it cannot be started
void startDetached(const std::filesystem::path& program, const std::vector<std::string>& arguments);

}  // namespace patchpilot
