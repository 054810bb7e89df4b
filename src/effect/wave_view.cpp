#include "effect/wave_view.h"

#include "effect/look.h"

#include <cmath>

namespace patchpilot {

namespace {

constexpr int kGripPixels = 7;
constexpr double kKeyStepSeconds = 0.01;

/// @param scale  what the levels are multiplied by
void drawPeaks(juce::Graphics& g, const std::vector<Peak>& peaks, float scale, juce::Rectangle<float> area) {
  const float middle = area.getCentreY(), half = area.getHeight() * 0.47f;
  for (int x = 0; x < int(area.getWidth()); ++x) {
    // A column shows all peaks that fall on it.
    const double each = double(peaks.size()) / double(area.getWidth());
    const auto begin = std::size_t(each * x), end = std::max(begin + 1, std::size_t(each * (x + 1)));
    float low = 0, high = 0;
    for (std::size_t i = begin; i < std::min(end, peaks.size()); ++i) {
      low = std::min(low, peaks[i].low);
      high = std::max(high, peaks[i].high);
    }
    const float top = middle - half * std::min(1.0f, scale * high);
    const float bottom = middle - half * std::max(-1.0f, scale * low);
    g.fillRect(area.getX() + float(x), top, 1.0f, std::max(1.0f, bottom - top));
  }
}

/// Brings the loudest peak to the edge.
float fullScale(const std::vector<Peak>& peaks) {
  float level = 0;
  for (const Peak& peak : peaks) level = std::max({level, -peak.low, peak.high});
  return level > 0 ? 1 / level : 1;
}

}  // namespace

WaveView::WaveView() {
  setWantsKeyboardFocus(true);
  setTitle("Sound");
  setDescription("Arrows move the mark, shift and arrows its end");
  setOpaque(false);
}

void WaveView::show(const SessionView& view) {
  const bool isNew = view.sound != sound_;
  sound_ = view.sound;
  if (grip_ == Grip::none || isNew) part_ = view.part;
  if (isNew) {
    grip_ = Grip::none;
    resized();
  }
  repaint();
}

void WaveView::tick(const SoundRing* ring, double playedSeconds) {
  if (ring != nullptr && grip_ != Grip::fresh && isLive()) {
    ringRate_ = ring->sampleRateHz();
    ringSeconds_ = double(ring->capacity()) / ringRate_;
    if (ringPeaks_.update(*ring)) {
      shownEnd_ = ring->written();
      repaint();
    }
  }
  if (playedSeconds != played_) {
    played_ = playedSeconds;
    repaint();
  }
}

double WaveView::shownSeconds() const { return isLive() ? ringSeconds_ : sound_->audio.seconds(); }

float WaveView::xOf(double seconds) const {
  return shownSeconds() > 0 ? float(seconds / shownSeconds() * getWidth()) : 0;
}

double WaveView::secondsAt(int x) const {
  return getWidth() > 0 ? juce::jlimit(0, getWidth(), x) * shownSeconds() / getWidth() : 0;
}

void WaveView::resized() {
  soundPeaks_ = sound_ ? peaksOf(sound_->audio, std::size_t(std::max(1, getWidth()))) : std::vector<Peak>();
}

void WaveView::paint(juce::Graphics& g) {
  const auto area = getLocalBounds().toFloat();
  g.setColour(colours::screen);
  g.fillRoundedRectangle(area, 6);
  const bool marks = !isLive() || grip_ == Grip::fresh;
  const auto marked = juce::Rectangle<float>(xOf(part_.start), 0, xOf(part_.seconds), area.getHeight());
  if (marks) {
    g.setColour(colours::region);
    g.fillRect(marked);
  }
  g.setColour(colours::wave);
  if (!isLive()) drawPeaks(g, soundPeaks_, fullScale(soundPeaks_), area);
  else if (!ringPeaks_.peaks().empty()) {
    // What is not full yet is at the right end, where the newest comes in.
    const double most = std::max(1.0, ringSeconds_ * ringRate_ / double(RingPeaks::kFrames));
    const double share = std::min(1.0, double(ringPeaks_.peaks().size()) / most);
    drawPeaks(g, ringPeaks_.peaks(), 1, area.withTrimmedLeft(float(area.getWidth() * (1 - share))));
  } else
    drawLine(g, "Play the track, or drop a sound file here", getLocalBounds(), colours::soft, textFont(),
             juce::Justification::centred);
  if (marks) {
    g.setColour(colours::accent);
    g.fillRect(marked.withWidth(2));
    g.fillRect(marked.withX(marked.getRight() - 2).withWidth(2));
  }
  if (!isLive() && played_ >= 0) {
    g.setColour(colours::ink);
    g.fillRect(xOf(part_.start + std::min(played_, part_.seconds)), 0.0f, 1.5f, area.getHeight());
  }
  g.setColour(hasKeyboardFocus(false) ? colours::ink : colours::line);
  g.drawRoundedRectangle(area.reduced(0.5f), 6, 1);
}

WaveView::Grip WaveView::gripAt(int x) const {
  if (isLive()) return Grip::fresh;
  if (std::abs(float(x) - xOf(part_.start)) <= kGripPixels) return Grip::begin;
  if (std::abs(float(x) - xOf(part_.end())) <= kGripPixels) return Grip::end;
  const bool marksAll = part_.start <= 0 && part_.end() >= shownSeconds() - kShortestPartSeconds;
  return !marksAll && float(x) > xOf(part_.start) && float(x) < xOf(part_.end()) ? Grip::all : Grip::fresh;
}

void WaveView::mouseMove(const juce::MouseEvent& event) {
  const Grip grip = gripAt(event.x);
  setMouseCursor(grip == Grip::begin || grip == Grip::end ? juce::MouseCursor::LeftRightResizeCursor
                 : grip == Grip::all                      ? juce::MouseCursor::DraggingHandCursor
                                                          : juce::MouseCursor::IBeamCursor);
}

void WaveView::mouseDown(const juce::MouseEvent& event) {
  if (isLive() && ringPeaks_.peaks().empty()) return;
  grip_ = gripAt(event.x);
  before_ = part_;
  pressedAt_ = secondsAt(event.x);
  if (isLive()) part_ = {pressedAt_, 0};
}

void WaveView::mouseDrag(const juce::MouseEvent& event) {
  const double at = secondsAt(event.x), moved = at - pressedAt_;
  Part part = before_;
  switch (grip_) {
    case Grip::none: return;
    case Grip::begin:
      part.start = juce::jlimit(0.0, before_.end() - kShortestPartSeconds, before_.start + moved);
      part.seconds = before_.end() - part.start;
      break;
    case Grip::end: part.seconds = before_.seconds + moved; break;
    case Grip::all:
      part.start = juce::jlimit(0.0, std::max(0.0, shownSeconds() - before_.seconds), before_.start + moved);
      break;
    case Grip::fresh:
      if (std::abs(moved) < kShortestPartSeconds && !isLive()) return;
      part = {std::min(pressedAt_, at), std::abs(moved)};
      break;
  }
  setPart(part, false);
}

void WaveView::mouseUp(const juce::MouseEvent&) {
  const Grip grip = std::exchange(grip_, Grip::none);
  if (grip == Grip::none) return;
  if (!isLive()) {
    if (!(part_ == before_) && onMark) onMark(part_);
    return;
  }
  // The right edge is the newest frame that is shown.
  const auto frameAt = [&](double seconds) {
    const double back = (ringSeconds_ - seconds) * ringRate_;
    return std::uint64_t(std::max(0.0, double(shownEnd_) - back));
  };
  if (part_.seconds >= kShortestPartSeconds && onTake) onTake(frameAt(part_.start), frameAt(part_.end()));
  repaint();
}

bool WaveView::keyPressed(const juce::KeyPress& key) {
  if (isLive()) return false;
  const int code = key.getKeyCode();
  if (code != juce::KeyPress::leftKey && code != juce::KeyPress::rightKey) return false;
  const double step = code == juce::KeyPress::leftKey ? -kKeyStepSeconds : kKeyStepSeconds;
  Part part = part_;
  if (key.getModifiers().isShiftDown()) part.seconds += step;
  else part.start = juce::jlimit(0.0, std::max(0.0, shownSeconds() - part.seconds), part.start + step);
  setPart(part, true);
  return true;
}

void WaveView::setPart(Part part, bool final) {
  part.seconds = juce::jlimit(isLive() ? 0.0 : kShortestPartSeconds, kLongestPartSeconds, part.seconds);
  part.seconds = std::min(part.seconds, shownSeconds() - part.start);
  part_ = part;
  repaint();
  if (final && onMark) onMark(part_);
}

}  // namespace patchpilot
