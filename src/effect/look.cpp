#include "effect/look.h"

namespace patchpilot {

namespace {

constexpr float kRound = 6;
constexpr int kPanelHead = 44, kPanelPad = 14;

bool isPrimary(const juce::Button& button) {
  return bool(button.getProperties().getWithDefault(Look::kPrimary, false));
}

bool isLit(const juce::Button& button) { return isPrimary(button) || button.getToggleState(); }

void drawFocus(juce::Graphics& g, const juce::Component& component, juce::Rectangle<float> area) {
  if (!component.hasKeyboardFocus(false)) return;
  g.setColour(colours::ink);
  g.drawRoundedRectangle(area.reduced(1.5f), kRound - 1, 1.5f);
}

}  // namespace

Look::Look() {
  setColour(juce::ResizableWindow::backgroundColourId, colours::ground);
  setColour(juce::TextButton::textColourOffId, colours::ink);
  setColour(juce::TextButton::textColourOnId, colours::onAccent);
  setColour(juce::ScrollBar::thumbColourId, colours::edge);
  setColour(juce::TooltipWindow::backgroundColourId, colours::raised);
  setColour(juce::TooltipWindow::textColourId, colours::ink);
  setColour(juce::TooltipWindow::outlineColourId, colours::line);
  // Of the file browser.
  setColour(juce::DirectoryContentsDisplayComponent::textColourId, colours::ink);
  setColour(juce::DirectoryContentsDisplayComponent::highlightColourId, colours::accent);
  setColour(juce::DirectoryContentsDisplayComponent::highlightedTextColourId, colours::onAccent);
}

juce::Font Look::getTextButtonFont(juce::TextButton&, int) { return textFont(); }

void Look::drawButtonBackground(juce::Graphics& g, juce::Button& button, const juce::Colour&, bool over,
                                bool down) {
  const auto area = button.getLocalBounds().toFloat().reduced(0.5f);
  const bool lit = isLit(button);
  juce::Colour fill = lit ? colours::accent : colours::raised;
  if (!button.isEnabled()) fill = colours::raised.withAlpha(0.5f);
  else if (down) fill = fill.darker(0.15f);
  else if (over) fill = fill.brighter(0.08f);
  g.setColour(fill);
  g.fillRoundedRectangle(area, kRound);
  if (!lit || !button.isEnabled()) {
    g.setColour(colours::line);
    g.drawRoundedRectangle(area, kRound, 1);
  }
  drawFocus(g, button, area);
}

void Look::drawButtonText(juce::Graphics& g, juce::TextButton& button, bool, bool) {
  const juce::Colour colour = !button.isEnabled() ? colours::edge
                              : isLit(button)     ? colours::onAccent
                                                  : colours::ink;
  drawLine(g, button.getButtonText(), button.getLocalBounds().reduced(6, 0), colour,
           textFont(15, isPrimary(button)), juce::Justification::centred);
}

void Look::drawToggleButton(juce::Graphics& g, juce::ToggleButton& button, bool over, bool) {
  auto area = button.getLocalBounds();
  const bool on = button.getToggleState();
  if (on || over) {
    g.setColour(on ? colours::region : colours::raised);
    g.fillRoundedRectangle(area.toFloat(), kRound);
  }
  auto box = area.removeFromLeft(34).withSizeKeepingCentre(16, 16).toFloat();
  g.setColour(on ? colours::accent : colours::edge);
  if (on) g.fillRoundedRectangle(box, 3);
  else g.drawRoundedRectangle(box.reduced(0.5f), 3, 1);
  if (on) {
    juce::Path tick;
    tick.startNewSubPath(box.getX() + 3.5f, box.getCentreY());
    tick.lineTo(box.getCentreX() - 1, box.getBottom() - 4.5f);
    tick.lineTo(box.getRight() - 3.5f, box.getY() + 4.5f);
    g.setColour(colours::onAccent);
    g.strokePath(tick, juce::PathStrokeType(2));
  }
  drawLine(g, button.getButtonText(), area, button.isEnabled() ? colours::ink : colours::edge, textFont());
  drawFocus(g, button, button.getLocalBounds().toFloat());
}

juce::Font textFont(float height, bool bold) {
  return juce::Font(height, bold ? juce::Font::bold : juce::Font::plain);
}

void drawLine(juce::Graphics& g, const juce::String& text, juce::Rectangle<int> area, juce::Colour colour,
              const juce::Font& font, juce::Justification justification) {
  g.setColour(colour);
  g.setFont(font);
  g.drawText(text, area, justification, true);
}

juce::Path playSymbol(juce::Rectangle<float> area, bool stop) {
  juce::Path path;
  if (stop) path.addRectangle(area.reduced(area.getWidth() * 0.08f));
  else
    path.addTriangle(area.getX() + area.getWidth() * 0.1f, area.getY(), area.getRight(), area.getCentreY(),
                     area.getX() + area.getWidth() * 0.1f, area.getBottom());
  return path;
}

Panel::Panel(int number, const juce::String& title) : number_(number), title_(title) {
  setTitle(title);
  setInterceptsMouseClicks(false, true);
}

void Panel::tell(const juce::String& text, double progress) {
  if (text == told_ && progress == progress_) return;
  told_ = text;
  progress_ = progress;
  repaint(0, 0, getWidth(), kPanelHead);
}

juce::Rectangle<int> Panel::contents() const {
  return getLocalBounds().withTrimmedTop(kPanelHead).reduced(kPanelPad, 0).withTrimmedBottom(kPanelPad);
}

void Panel::paint(juce::Graphics& g) {
  const auto frame = getLocalBounds().toFloat().reduced(0.5f);
  g.setColour(colours::panel);
  g.fillRoundedRectangle(frame, 8);
  g.setColour(colours::line);
  g.drawRoundedRectangle(frame, 8, 1);
  auto head = getLocalBounds().removeFromTop(kPanelHead).reduced(kPanelPad, 0);
  const auto badge = head.removeFromLeft(22).withSizeKeepingCentre(22, 22);
  g.setColour(colours::accent);
  g.drawEllipse(badge.toFloat().reduced(0.75f), 1.2f);
  drawLine(g, juce::String(number_), badge, colours::accent, textFont(13), juce::Justification::centred);
  head.removeFromLeft(10);
  const juce::Font bold = textFont(16, true);
  drawLine(g, title_, head.removeFromLeft(bold.getStringWidth(title_) + 12), colours::ink, bold);
  if (progress_ < 0)
    return drawLine(g, told_, head, colours::soft, textFont(14), juce::Justification::centredRight);
  const auto bar =
      head.removeFromBottom(9).withHeight(4).removeFromRight(std::min(180, head.getWidth())).toFloat();
  drawLine(g, told_, head, colours::ink, textFont(14), juce::Justification::centredRight);
  g.setColour(colours::line);
  g.fillRoundedRectangle(bar, 2);
  g.setColour(colours::accent);
  g.fillRoundedRectangle(bar.withWidth(bar.getWidth() * float(progress_)), 2);
}

}  // namespace patchpilot
