#pragma once

#include "preset/surge/patch.h"

#include <string>

namespace patchpilot {

/// The content of a patch that affects its sound, in one spelling: every element and attribute of the XML, in
/// its order but with attributes sorted, the session state (`audibleSessionState`) and the wavetables. Left
/// out:
/// `<meta>`, `<tags>`, `<lfobanklabels>`, the rest of `<dawExtraState>`, `<tempoOnSave>`, and the attributes
/// `label` and `wavetable_display_name`. XML that is not well-formed is read as far as its tags go.
std::string surgeAudibleContent(const SurgePatch& patch);

}  // namespace patchpilot
