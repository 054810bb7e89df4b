#pragma once

#include "learn/sound_groups.h"
#include "library/library.h"
#include "synth/synth.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace patchpilot {

struct DatasetOptions {
  std::size_t renders = 40000;  ///< about how many to make, those of the validation groups included
  std::uint64_t seed = 1;
  int workers = 0;  ///< processes that render; 0: one for each core
  SynthOptions synth;
  std::function<void(std::size_t renders, std::size_t of)>
      onProgress;             ///< called now and then, by any thread
  std::stop_token stop = {};  ///< no render is begun after a request
};

/// How the renders are divided.
struct DatasetPlan {
  static constexpr std::size_t kTrainingPatches = 32, kTrainingConditions = 2;  ///< of a group
  static constexpr std::size_t kValidationGroups = 4, kValidationConditions = 3;

  explicit DatasetPlan(std::size_t renders);

  std::size_t trainingGroups = 1;     ///< `trainingGroups` of a smaller plan are the first of a larger one's
  std::size_t validationPatches = 8;  ///< of a group
  std::size_t renders() const;        ///< all in all
};

/// Names what a data file holds: libraries, what they were made with, and options. Another name, other data;
/// with more renders it is mostly the same data, and some more.
std::string datasetName(const std::vector<Library>& libraries, const DatasetOptions& options);

/// Renders what an embedder is trained on. Each group is drawn from one of the libraries, in turn, and
/// rendered under the library's own condition and under others: a note from 28 to 84, a velocity from 30 to
/// 127, a length from 0.1 to 3.5 s, always 4 s long. Of a training group's patches a half are two patches and
/// their nearest in the library, a quarter are those two with a few parameters changed, and the others are
/// any. One patch in eight is held back for the validation groups, which are drawn evenly. Patches that are
/// silent or fail under any condition are left out.
///
/// A group depends on the libraries, the seed and its number alone, up to what the synth leaves to chance.
/// The groups are kept in a file, so that the work goes on where it was stopped, even by a kill.
/// @param libraries  of one plug-in; their rows' embeddings, of whichever kind, say what is near
/// @param file       where groups are kept
/// @return nothing if it was stopped
/// @throws Error (input) where a library holds too few patches, the libraries are of several plug-ins, or the
/// file holds other data; as `openLibrarySynth`, `RenderPool::run`; Error (system) where the file cannot be
/// written
std::optional<GroupedData> makeTrainingData(std::vector<Library>& libraries, const DatasetOptions& options,
                                            const std::filesystem::path& file);

}  // namespace patchpilot
