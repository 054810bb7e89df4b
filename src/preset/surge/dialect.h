#pragma once

#include "preset/dialect.h"

namespace patchpilot {

/// Surge and Surge XT.
/// - Parts for `withPart`: the names of `SurgeSection`.
/// - Fields of `StateContent::modulations`: `element`, `source`, `depth`, `source_index`, `muted`,
///   `source_scene`, as in `SurgeRouting`.
/// - Fields of `StateContent::raw`: `element`, and the attributes of a `SurgeRawValue`.
const Dialect& surgeDialect();

}  // namespace patchpilot
