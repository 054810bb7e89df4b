#pragma once

#include "models/network_module.h"

#include <filesystem>
#include <memory>

namespace patchpilot {

/// An embedder's network that `patchpilot train embedder` has made. Its inputs are those of `ImageNetwork`.
/// @param dimension  that its vectors must have; 0: any
/// @throws Error (input) if the file holds no such network, or its vectors are of another dimension
std::unique_ptr<Network> makeImageModel(const std::filesystem::path& file, std::int64_t dimension);

}  // namespace patchpilot
