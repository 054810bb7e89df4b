#pragma once

#include "app/arguments.h"

#include <memory>

namespace patchpilot {

/// Adds `models fetch`. @return whether that has run, once the arguments have been read
std::shared_ptr<const bool> addModelsFetchCommand(const Command& models);

}  // namespace patchpilot
