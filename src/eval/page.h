#pragma once

#include "base/files.h"

#include <nlohmann/json.hpp>

#include <string>

namespace patchpilot {

/// Bytes as text, for a data: address (RFC 4648).
std::string base64(const Bytes& bytes);

/// A page with its data put where it says %%DATA%%, inside a <script>.
std::string pageWith(std::string page, const nlohmann::json& data);

/// JSON has no NaN. Rounded to four digits behind the point.
nlohmann::json numberOrNull(double value);

}  // namespace patchpilot
