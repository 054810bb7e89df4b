#pragma once

#include "synth/synth.h"

#include <string>
#include <vector>

namespace patchpilot {

/// What `match --text` is asked for.
struct TextSearch {
  std::string text;
  std::vector<std::string> libraries;
  std::string embedder;  ///< empty: each library's first that knows texts
  SynthOptions synth;
  int top = 5;
  int workers = 0;
  std::string out;
  bool install = false;
  bool force = false;
  bool json = false;
};

/// Writes the patches that a text describes best, and prints what was found.
/// @throws Error as `searchByText`, `openSources` and `writeTextResults`
void runTextSearch(const TextSearch& search);

}  // namespace patchpilot
