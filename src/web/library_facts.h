#pragma once

#include "wire/state_facts.h"

#include <filesystem>

namespace patchpilot {

/// Opens a library and reads its facts. @throws Error as `Library::open`
LibraryFacts readLibraryFacts(const std::filesystem::path& file);

}  // namespace patchpilot
