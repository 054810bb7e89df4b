#pragma once

#include "learn/task.h"
#include "synth/engine.h"

namespace patchpilot {

/// Learning the patch of a sound from examples (`data/example_builder.h`). Judged by what is heard: answers
/// to sounds that are held back are rendered, and the MSS of the best counts.

/// One answer to a sound: the middle of the patches that may have made it.
Task regressionTask();

/// Any number of answers, drawn from the patches that may have made the sound (conditional flow matching).
Task flowTask();

/// Any number of answers, which correct a patch that was tried for the sound: the network hears both
/// (`learn/candidate_builder.h`).
Task correctorTask();

/// How networks of these tasks are judged.
struct PatchJudging {
  std::size_t sounds = 100;         ///< that are held back, at most
  std::size_t answers = 1;          ///< to each
  std::size_t lossExamples = 2048;  ///< that are held back, at most, for the loss
};

/// The data of these tasks. @param folder  of examples
/// @param engine  renders the answers; of the examples' space
/// @throws Error (input) if the folder holds no examples (or candidates, if the task needs them), or of
/// another space or version
std::unique_ptr<TaskData> patchData(const std::string& kind, const std::filesystem::path& folder,
                                    std::shared_ptr<Engine> engine, const PatchJudging& judging);

}  // namespace patchpilot
