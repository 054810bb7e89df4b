#pragma once

#include "daw/session_view.h"
#include "daw/waveform.h"

#include <juce_gui_basics/juce_gui_basics.h>

namespace patchpilot {

/// What the track plays, as it comes, until a sound is taken; then that sound and the marked part of it.
///
/// Drag over what has played to take it; drag the mark or its edges to move them. With the keyboard, the
/// arrows move the mark, and with shift its end.
class WaveView final : public juce::Component {
 public:
  std::function<void(Part)> onMark;

  /// Frames of the ring that were dragged over.
  std::function<void(std::uint64_t begin, std::uint64_t end)> onTake;

  WaveView();

  void show(const SessionView& view);

  /// To be called now and then. @param playedSeconds  where in the marked part it plays; negative if it does
  /// not
  void tick(const SoundRing* ring, double playedSeconds);

  void paint(juce::Graphics& g) override;
  void resized() override;
  void mouseDown(const juce::MouseEvent& event) override;
  void mouseDrag(const juce::MouseEvent& event) override;
  void mouseUp(const juce::MouseEvent& event) override;
  void mouseMove(const juce::MouseEvent& event) override;
  bool keyPressed(const juce::KeyPress& key) override;
  void focusGained(FocusChangeType) override { repaint(); }
  void focusLost(FocusChangeType) override { repaint(); }

 private:
  enum class Grip { none, begin, end, all, fresh };

  bool isLive() const { return sound_ == nullptr; }
  double shownSeconds() const;
  float xOf(double seconds) const;
  double secondsAt(int x) const;
  Grip gripAt(int x) const;
  void setPart(Part part, bool final);

  std::shared_ptr<const TakenSound> sound_;
  Part part_;
  std::vector<Peak> soundPeaks_;
  RingPeaks ringPeaks_;
  double ringSeconds_ = 0, ringRate_ = 0;
  std::uint64_t shownEnd_ = 0;  ///< the ring's frame at the right edge
  double played_ = -1;

  Grip grip_ = Grip::none;
  Part before_;           ///< when the mouse was pressed
  double pressedAt_ = 0;  ///< in seconds
};

}  // namespace patchpilot
