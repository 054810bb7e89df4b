#include "app/version.h"

namespace patchpilot {

const char* const kVersion = PATCHPILOT_VERSION;

}  // namespace patchpilot
