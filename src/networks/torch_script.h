#pragma once

#include "models/network_module.h"

#include <filesystem>
#include <memory>

namespace patchpilot {

/// A network out of a TorchScript file. Its input is a sound of one channel (`1 x samples`).
/// @param dimension  of the vector that its forward must give for one sound, checked when it is run
/// @throws Error (input) if the file is none
std::unique_ptr<Network> makeTorchScript(const std::filesystem::path& file, std::int64_t dimension);

}  // namespace patchpilot
