#pragma once

#include "learn/task.h"

namespace patchpilot {

/// Learning which note was played, and when it was let go, from the sound of a synth alone (`PlayedNote`):
/// what detuned oscillators, filters and sub-octaves hide from an analysis that does not know the synth.
/// Judged by the notes of sounds that are held back.
Task noteTask();

/// How networks of this task are judged.
struct NoteJudging {
  std::size_t sounds = 4096;  ///< that are held back, at most
};

/// The data of this task. @param folder  of examples
/// @throws Error (input) if the folder holds no examples, or too few
std::unique_ptr<TaskData> noteData(const std::filesystem::path& folder, const NoteJudging& judging = {});

}  // namespace patchpilot
