#pragma once

namespace patchpilot {

/// The program's version, e.g. "0.2.0". The build system defines it in one file, so that no other is compiled
/// anew for another version.
extern const char* const kVersion;

}  // namespace patchpilot
