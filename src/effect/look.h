#pragma once

#include <juce_gui_basics/juce_gui_basics.h>

namespace patchpilot {

/// The colours of the page (web/src/styles/base.css, dark).
namespace colours {
inline const juce::Colour ground{0xff121417}, panel{0xff1a1d20}, raised{0xff24282c}, screen{0xff131518},
    line{0xff2e3338}, edge{0xff737b83}, ink{0xfff0ede6}, soft{0xffa9aeb3}, accent{0xffff9d4d},
    onAccent{0xff1d0f02}, wave{0xffb9bec3}, region{0x38ff9d4d}, bad{0xffff8577};
}  // namespace colours

/// Buttons, switches and lists as the page has them. What has the keyboard's focus has an outline.
class Look final : public juce::LookAndFeel_V4 {
 public:
  Look();

  /// A button with this property is the one to press next.
  static constexpr const char* kPrimary = "primary";

  juce::Font getTextButtonFont(juce::TextButton&, int height) override;
  void drawButtonBackground(juce::Graphics& g, juce::Button& button, const juce::Colour&, bool over,
                            bool down) override;
  void drawButtonText(juce::Graphics& g, juce::TextButton& button, bool over, bool down) override;
  void drawToggleButton(juce::Graphics& g, juce::ToggleButton& button, bool over, bool down) override;
};

juce::Font textFont(float height = 15, bool bold = false);

/// Draws text in one line, cut with dots.
void drawLine(juce::Graphics& g, const juce::String& text, juce::Rectangle<int> area, juce::Colour colour,
              const juce::Font& font, juce::Justification justification = juce::Justification::centredLeft);

/// A triangle that points to the right, or a square.
juce::Path playSymbol(juce::Rectangle<float> area, bool stop);

/// A frame with a number, a title, and what is told at its right end.
class Panel final : public juce::Component {
 public:
  Panel(int number, const juce::String& title);

  /// @param progress  0 to 1; negative: no bar
  void tell(const juce::String& text, double progress = -1);

  /// Where the contents go.
  juce::Rectangle<int> contents() const;

  void paint(juce::Graphics& g) override;

 private:
  const int number_;
  const juce::String title_;
  juce::String told_;
  double progress_ = -1;
};

}  // namespace patchpilot
