#pragma once

#include "library/library.h"
#include "synth/synth.h"

#include <vector>

namespace patchpilot {

/// The synth that a library was made with, over the library's own base, at the library's tempo unless
/// `options` say another.
/// @throws Error (input) if another version of it is installed now, unless the library is an index; as
/// `Synth` does
Synth openLibrarySynth(const Library& library, SynthOptions options);

/// The settings with which `synth` would fill a library.
LibrarySettings librarySettings(const Synth& synth, std::vector<EmbedderInfo> embedders);
/// The same with the embedders that a new library has if none is asked for.
LibrarySettings librarySettings(const Synth& synth);

}  // namespace patchpilot
