#include "effect/editor.h"

#include "../web/web_fixture.h"

#include <set>

namespace patchpilot {
namespace {

class EditorTest : public WebTest {
 protected:
  void SetUp() override {
    // The plug-in looks for the server of this user's data.
    options.data = places.folder / "patchpilot/web";
    std::filesystem::create_directories(options.data);
    processor = std::make_unique<Processor>();
    processor->prepareToPlay(48000, 480);
    editor.reset(dynamic_cast<Editor*>(processor->createEditor()));
  }

  void TearDown() override {
    editor.reset();
    processor.reset();
  }

  /// A track that plays a note.
  void play(double seconds = 1.2) {
    juce::MidiBuffer midi;
    for (int block = 0; block < int(seconds * 100); ++block) {
      juce::AudioBuffer<float> audio(2, 480);
      for (int i = 0; i < 480; ++i) {
        const double t = (block * 480 + i) / 48000.0;
        const auto sample = float(0.4 * std::exp(-2 * t) *
                                  (std::sin(2 * M_PI * 220 * t) + 0.3 * std::sin(4 * M_PI * 220 * t)));
        audio.setSample(0, i, sample);
        audio.setSample(1, i, sample);
      }
      processor->processBlock(audio, midi);
    }
  }

  /// Waits until the session is as is wanted, and shows it.
  SessionView until(const std::function<bool(const SessionView&)>& wanted) {
    for (;;) {
      const int seen = processor->changes();
      SessionView view = processor->session().view();
      if (wanted(view)) {
        editor->refresh();
        return view;
      }
      processor->changes().wait(seen);
    }
  }

  juce::Component* find(const juce::String& name, juce::Component* under = nullptr) {
    for (juce::Component* child : (under != nullptr ? under : editor.get())->getChildren()) {
      const auto* button = dynamic_cast<juce::Button*>(child);
      if (child->isVisible() &&
          ((button != nullptr && button->getButtonText() == name) || child->getTitle() == name))
        return child;
      if (juce::Component* found = find(name, child)) return found;
    }
    return nullptr;
  }

  void press(const juce::String& name) {
    auto* button = dynamic_cast<juce::Button*>(find(name));
    ASSERT_NE(button, nullptr) << name;
    ASSERT_TRUE(button->isEnabled()) << name;
    button->onClick();
  }

  /// Different colours in a picture of it.
  std::size_t coloursOf() {
    const juce::Image picture = editor->createComponentSnapshot(editor->getLocalBounds());
    std::set<juce::uint32> colours;
    for (int y = 0; y < picture.getHeight(); y += 2)
      for (int x = 0; x < picture.getWidth(); x += 2) colours.insert(picture.getPixelAt(x, y).getARGB());
    return colours.size();
  }

  juce::ScopedJuceInitialiser_GUI juce;
  std::unique_ptr<Processor> processor;
  std::unique_ptr<Editor> editor;
};

TEST_F(EditorTest, SaysWhatToDoWhereThereIsNothing) {
  editor->refresh();
  EXPECT_NE(find("Take the sound"), nullptr);
  ASSERT_NE(find("Match"), nullptr);
  EXPECT_FALSE(find("Match")->isEnabled());
  EXPECT_FALSE(find("Play")->isEnabled());
  EXPECT_GT(coloursOf(), 10u);
  until([](const SessionView& view) { return view.link == ServerLink::missing; });
  EXPECT_NE(find("Start"), nullptr);
  press("Take the sound");
  EXPECT_NE(
      until([](const SessionView& view) { return !view.problem.empty(); }).problem.find("Nothing has played"),
      std::string::npos);
  press("Close");
  EXPECT_EQ(until([](const SessionView& view) { return view.problem.empty(); }).problem, "");
}

TEST_F(EditorTest, TakesMatchesAndOffersWhatWasFound) {
  makeLibrary();
  open();
  play();
  processor->session().connect(false);
  until([](const SessionView& view) { return view.link == ServerLink::connected; });
  EXPECT_TRUE(editor->keyPressed(juce::KeyPress('T')));
  until([](const SessionView& view) { return view.sound != nullptr; });
  EXPECT_NE(find("Another sound"), nullptr);
  EXPECT_EQ(find("Take the sound"), nullptr);
  press("Match");
  until([](const SessionView& view) { return view.heard.size() == 5; });
  // Ends what refines, which takes half a minute else.
  if (processor->session().view().asked) processor->session().stop();
  const SessionView found =
      until([](const SessionView& view) { return view.match->isOver() && !view.asked; });
  ASSERT_EQ(found.problem, "");
  EXPECT_NE(find("Install into " + juce::String(found.match->candidates[0].synth)), nullptr);

  EXPECT_TRUE(editor->keyPressed(juce::KeyPress('3')));
  EXPECT_EQ(processor->candidate().index(), 2);
  EXPECT_EQ(processor->listen().index(), 0) << "the track stays as it is";
  EXPECT_NE(find("B  Number 3"), nullptr);
  EXPECT_TRUE(editor->keyPressed(juce::KeyPress('A')));
  EXPECT_TRUE(editor->keyPressed(juce::KeyPress(juce::KeyPress::spaceKey)));
  EXPECT_FALSE(editor->keyPressed(juce::KeyPress('X')));
  EXPECT_FALSE(editor->keyPressed(juce::KeyPress('T', juce::ModifierKeys::ctrlModifier, 0))) << "the host's";
  until([](const SessionView& view) { return view.presets.contains(3); });
  const std::size_t full = coloursOf();
  EXPECT_GT(full, 20u);
  for (const auto& [width, height] : {std::pair(720, 560), std::pair(1600, 1000)}) {
    editor->setSize(width, height);
    EXPECT_GT(coloursOf(), 20u);
    for (const juce::Component* child : editor->getChildren())
      if (child->isVisible() && child->getWidth() > 0) {
        EXPECT_TRUE(editor->getLocalBounds().contains(child->getBounds()))
            << child->getTitle() << child->getName();
      }
  }
  press("Another sound");
  until([](const SessionView& view) { return view.sound == nullptr; });
  EXPECT_NE(find("Take the sound"), nullptr);
}

TEST_F(EditorTest, MarksAPartWithTheKeyboard) {
  play();
  processor->session().take();
  until([](const SessionView& view) { return view.sound != nullptr; });
  juce::Component* wave = find("Sound");
  while (wave != nullptr && dynamic_cast<WaveView*>(wave) == nullptr) {
    wave = nullptr;
    for (juce::Component* child : editor->getChildren())
      if (dynamic_cast<WaveView*>(child) != nullptr) wave = child;
  }
  ASSERT_NE(wave, nullptr);
  const Part before = processor->session().view().part;
  EXPECT_TRUE(
      wave->keyPressed(juce::KeyPress(juce::KeyPress::leftKey, juce::ModifierKeys::shiftModifier, 0)));
  EXPECT_NEAR(processor->session().view().part.seconds, before.seconds - 0.01, 1e-9);
  EXPECT_TRUE(wave->keyPressed(juce::KeyPress(juce::KeyPress::rightKey)));
  EXPECT_NEAR(processor->session().view().part.start, before.start + 0.01, 1e-9);
}

}  // namespace
}  // namespace patchpilot
