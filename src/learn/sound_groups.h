#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace patchpilot {

/// Patches that were all rendered under the same conditions, which shows how far apart they are in what the
/// ear hears.
struct SoundGroup {
  std::size_t patches = 0;
  std::size_t conditions = 0;  ///< a note, a velocity and a length each; beside that of the library
  /// `(conditions + 1) x patches` MIDI notes; of the first row, which is the library's condition, and then of
  /// each
  std::vector<int> notes;
  std::vector<std::uint16_t>
      images;              ///< `(conditions + 1) x patches x SoundImage::kValues`, as 16-bit floats
  std::vector<float> mss;  ///< `conditions x patches x patches`: MSS of two patches under that condition
};

/// What an embedder is trained on, and judged by: no patch is in both.
struct GroupedData {
  std::vector<SoundGroup> training, validation;
};

/// What finding patches by some distance is worth, means over targets: each sound of a validation group,
/// searched among the library's renders of the group's other patches.
struct Judgement {
  static constexpr std::size_t kBudgets = 3;
  static constexpr int kRenders[kBudgets] = {1, 5, 50};  ///< how many of the nearest are rendered again
  double best[kBudgets] = {};                            ///< MSS of the best of those, in dB
  double recall[kBudgets] =
      {};             ///< how often the true patch, which is among them here, is one of those: 0..1
  double oracle = 0;  ///< MSS of the best there is
  std::size_t targets = 0;
};

/// Judges distances in one group. @param distances  `conditions x patches x patches`: of a sound under a
/// condition from the library's render of each patch
Judgement judge(const SoundGroup& group, std::span<const float> distances);

/// The mean over groups, by their targets.
Judgement together(const std::vector<Judgement>& parts);

/// Of the vectors of `MelEnvelopeEmbedder`, which are in the images.
Judgement judgeMelEnvelope(const std::vector<SoundGroup>& groups);

/// What is found where how far apart the patches are is known exactly, but under another condition than the
/// target's, each the next of its group: how much one condition tells of another. It is no bound, since
/// vectors may have learnt what patches do elsewhere.
/// @param groups  of two conditions or more
Judgement judgeOtherCondition(const std::vector<SoundGroup>& groups);

}  // namespace patchpilot
