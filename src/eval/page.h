#pragma once

#include "base/files.h"

#include <optional>
#include <string>

namespace patchpilot {

/// Bytes as text, for a data: address (RFC 4648).
std::string base64(const Bytes& bytes);

/// A page with its data put where it says %%DATA%%, inside a <script>.
/// @param data  JSON
std::string pageWith(std::string page, const std::string& data);

/// A number as pages hold it: rounded to four digits behind the point; none if it is NaN or infinite, which
/// JSON does not know.
std::optional<double> rounded(double value);

}  // namespace patchpilot
