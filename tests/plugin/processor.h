// "Patch Pilot Test Synth": a plug-in made for the tests, which sounds the same each time,
// has parameters of every kind, and crashes, hangs, chatters or stays silent when asked.
// It stands in for Surge XT where that is not installed, and does what no good synth will.
//
// Version 2 has the same identity and differs as a later version of a real plug-in may:
// "shape" is now called "timbre" and "sub" is gone.
#pragma once

#include "misbehaviour.h"
#include "voice.h"

#include <juce_audio_processors/juce_audio_processors.h>

#include <array>
#include <chrono>
#include <random>

namespace testsynth {

class ChoiceParameter;

class Processor final : public juce::AudioProcessor {
 public:
  Processor();

  const juce::String getName() const override;
  bool isBusesLayoutSupported(const BusesLayout& layout) const override;
  void prepareToPlay(double sampleRate, int blockSize) override;
  void releaseResources() override;
  void reset() override;
  void processBlock(juce::AudioBuffer<float>& audio, juce::MidiBuffer& midi) override;
  using juce::AudioProcessor::processBlock;

  bool acceptsMidi() const override { return true; }
  bool producesMidi() const override { return false; }
  double getTailLengthSeconds() const override;
  bool hasEditor() const override { return false; }
  juce::AudioProcessorEditor* createEditor() override { return nullptr; }

  int getNumPrograms() override { return 1; }
  int getCurrentProgram() override { return 0; }
  void setCurrentProgram(int) override {}
  const juce::String getProgramName(int) override { return "Init"; }
  void changeProgramName(int, const juce::String&) override {}

  // XML: the parameters by their ids, normalized, and "memo", a text that no parameter shows.
  // "plain" is silent about itself, "fifth" adds a fifth: being of one length, one can be put
  // in the other's place in a saved state to see whether the state arrived.
  void getStateInformation(juce::MemoryBlock& destination) override;
  void setStateInformation(const void* data, int size) override;

 private:
  VoiceSettings currentSettings() const;
  juce::String shapeName() const;
  void handle(const juce::MidiMessage& message, const VoiceSettings& settings);
  void startNote(const juce::MidiMessage& message);
  void render(juce::AudioBuffer<float>& audio, int begin, int end, const VoiceSettings& settings);
  void drone(juce::AudioBuffer<float>& audio);
  void gateByBeat(juce::AudioBuffer<float>& audio);

  const Misbehaviour misbehaviour_ = Misbehaviour::fromEnvironment();
  // Owned by the base class.
  juce::AudioParameterFloat *level_, *shape_, *attack_, *decay_, *sustain_, *release_;
  juce::AudioParameterFloat *crash_, *hang_, *silent_, *chatter_, *random_;
  ChoiceParameter *octave_, *mode_;
  juce::AudioParameterBool* sub_ = nullptr;  // version 1 only

  juce::String memo_ = "plain";
  std::array<Voice, 16> voices_;
  std::random_device randomDevice_;
  bool stateIsNew_ = false;
  int lastNote_ = -1, notes_ = 0;  // not reset with anything
  long droneAge_ = 0;              // samples since the instance was made
  std::chrono::steady_clock::time_point ready_;
};

}  // namespace testsynth
