// Makes docs/daw.png: plays a sound file through the plug-in, has it matched by the server that runs for this
// user, and draws the window. Needs a display:
//
//     Xvfb :9 -screen 0 1280x900x24 & DISPLAY=:9 build/tests/daw-picture examples/bass.flac docs/daw.png
#include "effect/editor.h"

#include "audio/file.h"

#include <fmt/format.h>

#include <cstdio>

namespace {

using namespace patchpilot;

void wait(int milliseconds) { juce::MessageManager::getInstance()->runDispatchLoopUntil(milliseconds); }

/// @return whether it came to that
bool waitUntil(Processor& processor, const std::function<bool(const SessionView&)>& wanted) {
  for (int i = 0; i < 1200; ++i) {
    wait(100);
    const SessionView view = processor.session().view();
    if (wanted(view)) return true;
    if (!view.problem.empty()) {
      fmt::print(stderr, "{}\n", view.problem);
      return false;
    }
  }
  return false;
}

void play(Processor& processor, const AudioBuffer& sound) {
  constexpr int kBlock = 441;
  juce::MidiBuffer midi;
  for (std::size_t at = 0; at + kBlock <= sound.frames(); at += kBlock) {
    juce::AudioBuffer<float> audio(2, kBlock);
    for (int c = 0; c < 2; ++c) audio.copyFrom(c, 0, sound.channel(c).data() + at, kBlock);
    processor.processBlock(audio, midi);
  }
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return fmt::print(stderr, "usage: daw-picture SOUND PICTURE\n"), 2;
  const juce::ScopedJuceInitialiser_GUI juce;
  Processor processor;
  processor.prepareToPlay(kSampleRateHz, 512);
  const std::unique_ptr<juce::AudioProcessorEditor> editor(processor.createEditor());
  editor->addToDesktop(0);
  editor->setVisible(true);
  play(processor, readSound(words[1]).sound);
  if (!waitUntil(processor, [](const SessionView& view) {
        return view.link == ServerLink::connected && !view.scanning;
      }))
    return 1;
  processor.session().take();
  if (!waitUntil(processor, [](const SessionView& view) { return view.sound != nullptr; })) return 1;
  processor.session().match();
  // While it refines, so that its progress is seen.
  if (!waitUntil(processor, [](const SessionView& view) {
        return view.match && view.match->state == "refining" && view.match->done > 0.4 * view.match->total;
      }))
    return 1;
  editor->keyPressed(juce::KeyPress('B'));
  wait(300);
  const juce::Image picture = editor->createComponentSnapshot(editor->getLocalBounds(), true, 1.5f);
  juce::File file = juce::File::getCurrentWorkingDirectory().getChildFile(words[2]);
  file.deleteFile();
  juce::FileOutputStream stream(file);
  return juce::PNGImageFormat().writeImageToStream(picture, stream) ? 0 : 1;
}
