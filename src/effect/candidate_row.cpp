#include "effect/candidate_row.h"

#include "daw/words.h"
#include "effect/look.h"

namespace patchpilot {

namespace {

/// The distance of a random patch, at which the bar is empty.
constexpr double kFar = 100;

constexpr int kDragPixels = 8;

}  // namespace

CandidateRow::CandidateRow(int rank) : Button("Candidate " + juce::String(rank)), rank_(rank) {
  setTooltip("Click: select and play. Drag: the preset as a file.");
}

void CandidateRow::show(Shown shown) {
  shown_ = std::move(shown);
  setEnabled(shown_.candidate.has_value());
  if (shown_.candidate)
    setTitle("Candidate " + juce::String(rank_) + ", " + juce::String(shown_.candidate->synth) +
             ", distance " + juce::String(juce::CharPointer_UTF8(distanceText(*shown_.candidate).c_str())));
  repaint();
}

void CandidateRow::paintButton(juce::Graphics& g, bool over, bool) {
  const auto frame = getLocalBounds().toFloat().reduced(0.5f);
  g.setColour(shown_.chosen ? colours::region : over && shown_.candidate ? colours::raised : colours::screen);
  g.fillRoundedRectangle(frame, 6);
  g.setColour(hasKeyboardFocus(false) ? colours::ink : shown_.chosen ? colours::accent : colours::line);
  g.drawRoundedRectangle(frame, 6, hasKeyboardFocus(false) ? 1.6f : 1.0f);
  if (!shown_.candidate) return;
  const MatchedCandidate& candidate = *shown_.candidate;
  const auto text = [](const std::string& utf8) {
    return juce::String(juce::CharPointer_UTF8(utf8.c_str()));
  };

  auto area = getLocalBounds().reduced(12, 0);
  g.setColour(shown_.canPlay ? colours::ink : colours::edge);
  g.fillPath(playSymbol(area.removeFromLeft(12).withSizeKeepingCentre(11, 12).toFloat(), shown_.playing));
  drawLine(g, juce::String(candidate.rank), area.removeFromLeft(28), colours::ink, textFont(17, true),
           juce::Justification::centred);
  area.removeFromLeft(8);
  drawLine(g, text(distanceText(candidate)), area.removeFromRight(52), colours::ink, textFont(18, true),
           juce::Justification::centredRight);
  const auto bar = area.removeFromRight(74).withSizeKeepingCentre(62, 5).toFloat();
  g.setColour(colours::line);
  g.fillRoundedRectangle(bar, 2.5f);
  if (candidate.distance) {
    g.setColour(colours::accent);
    g.fillRoundedRectangle(
        bar.withWidth(bar.getWidth() * float(juce::jlimit(0.0, 1.0, 1 - *candidate.distance / kFar))), 2.5f);
  }
  const juce::String& metrics = shown_.metrics;
  area = area.withSizeKeepingCentre(area.getWidth(), std::min(area.getHeight(), metrics.isEmpty() ? 36 : 52));
  const int line = area.getHeight() / (metrics.isEmpty() ? 2 : 3);
  drawLine(g, text(candidate.synth), area.removeFromTop(line), colours::ink, textFont(15, true));
  drawLine(g, shown_.origin, area.removeFromTop(line), colours::soft, textFont(13));
  if (metrics.isNotEmpty()) drawLine(g, metrics, area, colours::soft, textFont(12.5f));
}

void CandidateRow::mouseDrag(const juce::MouseEvent& event) {
  if (!dragged_ && shown_.candidate && event.getDistanceFromDragStart() > kDragPixels) {
    dragged_ = true;
    if (onDrag) onDrag();
  }
  if (!dragged_) Button::mouseDrag(event);
}

void CandidateRow::mouseUp(const juce::MouseEvent& event) {
  // What was dragged was not clicked.
  if (dragged_) setState(buttonNormal);
  else Button::mouseUp(event);
  dragged_ = false;
}

}  // namespace patchpilot
