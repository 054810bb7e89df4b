#pragma once

#include "client/answers.h"

#include <juce_gui_basics/juce_gui_basics.h>

#include <optional>

namespace patchpilot {

/// One candidate: its rank, its synth, where it came from, its metrics, and how near it is. A press selects
/// and plays it; dragged, it is the preset's file.
class CandidateRow final : public juce::Button {
 public:
  explicit CandidateRow(int rank);

  std::function<void()> onDrag;

  struct Shown {
    std::optional<MatchedCandidate> candidate;  ///< none: an empty place
    juce::String origin, metrics;
    bool chosen = false, canPlay = false, playing = false;
  };
  void show(Shown shown);

  void paintButton(juce::Graphics& g, bool over, bool down) override;
  void mouseDrag(const juce::MouseEvent& event) override;
  void mouseUp(const juce::MouseEvent& event) override;

 private:
  const int rank_;
  Shown shown_;
  bool dragged_ = false;
};

}  // namespace patchpilot
