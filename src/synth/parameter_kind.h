#pragma once

#include "synth/parameter_space.h"

namespace patchpilot {

/// "stepped", as the file of a space names it.
inline const char* nameOf(ParameterKind kind) {
  constexpr const char* kNames[] = {"continuous", "stepped", "categorical"};
  return kNames[std::size_t(kind)];
}

}  // namespace patchpilot
