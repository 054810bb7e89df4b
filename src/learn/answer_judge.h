#pragma once

#include "features/mss.h"
#include "learn/task.h"
#include "synth/engine.h"

#include <functional>
#include <memory>
#include <vector>

namespace patchpilot {

/// A sound that answers are compared with: a patch and its note.
struct JudgedSound {
  std::vector<float> values;
  Note note;
  double seconds = 4;  ///< that are heard
};

/// Judges networks by what is heard: renders their answers to some sounds, and compares.
class AnswerJudge {
 public:
  /// Renders the sounds. @throws Error (plugin) if not one can be rendered; as `Engine::render`
  AnswerJudge(std::shared_ptr<Engine> engine, std::vector<JudgedSound> sounds);

  /// The sounds that could be rendered, as indices into those that were given.
  const std::vector<std::size_t>& sounds() const { return kept_; }

  /// The patches that answer a sound. @param place  in `sounds()`
  using AnswersTo = std::function<std::vector<std::vector<float>>(std::size_t place)>;

  /// The MSS of the best of some answers to each sound, in the mean over the sounds that have one that can be
  /// rendered.
  Score judge(std::size_t answers, const AnswersTo& answersTo) const;

 private:
  std::shared_ptr<Engine> engine_;
  std::vector<JudgedSound> all_;
  std::vector<std::size_t> kept_;
  std::vector<MssSpectrum> spectra_;  ///< of those
};

}  // namespace patchpilot
