#pragma once

#include "base/error.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

/// What libFuzzer calls with every input, and what `replay.cpp` calls where there is no libFuzzer. Each
/// harness is a file with one such function: whatever bytes it is given, the parser either refuses them with
/// an `Error` (input), or reads them and its promises hold. Anything else is a finding.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace patchpilot {

/// A promise that did not hold. Ends the process, so that the input is kept.
inline void mustHold(bool promise, const char* what) {
  if (promise) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// Runs `use`, in which bytes may be refused as what the user gave, and as nothing else.
template <typename Use>
void readOrRefuse(const Use& use) {
  try {
    use();
  } catch (const Error& error) {
    mustHold(error.code() == ExitCode::input, "bad bytes are the input's fault");
    mustHold(std::string_view(error.what()).find('\n') == std::string_view::npos, "an error is one line");
  }
}

}  // namespace patchpilot
