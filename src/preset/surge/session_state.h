#pragma once

#include "preset/surge/patch.h"

#include <string>
#include <string_view>

namespace patchpilot {

/// What Surge XT takes from a state beside parameters and modulation: tuning, MPE and the like, which a host
/// saves in `<dawExtraState>`, and the modulation wheel. Surge leaves each of them as it was if a state does
/// not say it (`SurgeSynthesizer::loadFromDawExtraState`, `SurgePatch::load_xml`), so that a patch would
/// sound as tuned by the patch before it.

/// Says all of it: adds what is missing with the values of a new instance (12-tone equal temperament, MPE
/// off, wheel at 0). What the patch says itself stays. A patch without `</patch>` is left alone.
void completeSurgePatch(SurgePatch& patch);

/// The part of `<dawExtraState>` that is heard, in one spelling; empty if it is missing, not populated, or as
/// in a new instance. `<tempoOnSave>` is not part of it: Surge follows the host's tempo if there is a host.
std::string audibleSessionState(std::string_view xml);

}  // namespace patchpilot
