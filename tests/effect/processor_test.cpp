#include "effect/processor.h"

#include "../web/web_fixture.h"

#include <cstring>
#include <random>

namespace patchpilot {
namespace {

/// JUCE for as long as it lives. The place of the user's data is a test's own.
struct Juce {
  TestPlaces places;
  juce::ScopedJuceInitialiser_GUI juce;
};

juce::AudioProcessor::BusesLayout layoutOf(const juce::AudioChannelSet& in,
                                           const juce::AudioChannelSet& out) {
  juce::AudioProcessor::BusesLayout layout;
  layout.inputBuses.add(in);
  layout.outputBuses.add(out);
  return layout;
}

/// Any bits: numbers that are none, and those that are too small, among them.
void fillWithAnyBits(juce::AudioBuffer<float>& audio, std::mt19937& random) {
  for (int c = 0; c < audio.getNumChannels(); ++c)
    for (int i = 0; i < audio.getNumSamples(); ++i) {
      const std::uint32_t bits = std::uint32_t(random());
      std::memcpy(audio.getWritePointer(c, i), &bits, sizeof bits);
    }
}

TEST(Processor, PassesTheTrackBitForBit) {
  const Juce juce;
  std::mt19937 random(1);
  for (const double rate : {8000.0, 44100.0, 192000.0})
    for (const int channels : {1, 2}) {
      Processor processor;
      const auto set = channels == 1 ? juce::AudioChannelSet::mono() : juce::AudioChannelSet::stereo();
      ASSERT_TRUE(processor.setBusesLayout(layoutOf(set, set)));
      processor.setRateAndBufferSizeDetails(rate, 1024);
      processor.prepareToPlay(rate, 1024);
      EXPECT_EQ(processor.getLatencySamples(), 0);
      juce::MidiBuffer midi;
      for (const int frames : {1, 0, 7, 64, 1000, 1024}) {
        juce::AudioBuffer<float> audio(channels, frames);
        fillWithAnyBits(audio, random);
        const juce::AudioBuffer<float> before = audio;
        processor.processBlock(audio, midi);
        for (int c = 0; c < channels; ++c)
          EXPECT_EQ(std::memcmp(audio.getReadPointer(c), before.getReadPointer(c),
                                sizeof(float) * std::size_t(frames)),
                    0)
              << rate << " Hz, " << channels << " channels, " << frames << " frames";
        processor.processBlockBypassed(audio, midi);
        for (int c = 0; c < channels; ++c)
          EXPECT_EQ(std::memcmp(audio.getReadPointer(c), before.getReadPointer(c),
                                sizeof(float) * std::size_t(frames)),
                    0);
      }
      EXPECT_EQ(processor.session().ring()->written(), 2096u);
    }
}

TEST(Processor, TakesOnlyMonoAndStereoThatGoThrough) {
  const Juce juce;
  const Processor processor;
  const auto mono = juce::AudioChannelSet::mono(), stereo = juce::AudioChannelSet::stereo();
  EXPECT_TRUE(processor.isBusesLayoutSupported(layoutOf(mono, mono)));
  EXPECT_TRUE(processor.isBusesLayoutSupported(layoutOf(stereo, stereo)));
  EXPECT_FALSE(processor.isBusesLayoutSupported(layoutOf(mono, stereo)));
  EXPECT_FALSE(processor.isBusesLayoutSupported(layoutOf(juce::AudioChannelSet::disabled(), stereo)));
  const auto surround = juce::AudioChannelSet::create5point1();
  EXPECT_FALSE(processor.isBusesLayoutSupported(layoutOf(surround, surround)));
}

// Projects and automation name them.
TEST(Processor, HasParametersWithLastingIds) {
  const Juce juce;
  Processor processor;
  std::vector<std::string> ids;
  for (juce::AudioProcessorParameter* parameter : processor.getParameters()) {
    ids.push_back(dynamic_cast<juce::RangedAudioParameter&>(*parameter).paramID.toStdString());
    EXPECT_TRUE(parameter->isAutomatable());
    EXPECT_EQ(parameter->getValue(), 0) << ids.back();
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"listen", "candidate", "take"}));
  processor.candidate().setValue(0.75f);
  EXPECT_EQ(processor.candidate().index(), 3);
  EXPECT_EQ(processor.candidate().getText(processor.candidate().getValue(), 10), "4");
  EXPECT_EQ(processor.candidate().getValueForText("4"), 0.75f);
}

TEST(Processor, KeepsTheRingWhileNothingChanges) {
  const Juce juce;
  Processor processor;
  processor.prepareToPlay(48000, 64);
  const auto ring = processor.session().ring();
  EXPECT_EQ(ring->capacity(), 20u * 48000);
  processor.prepareToPlay(48000, 512);
  EXPECT_EQ(processor.session().ring(), ring);
  processor.prepareToPlay(44100, 512);
  EXPECT_NE(processor.session().ring(), ring);
}

TEST(Processor, RestoresItsParametersAndStartsNothingByThat) {
  const Juce juce;
  juce::MemoryBlock state;
  {
    Processor processor;
    processor.listen().setValue(0.5f);
    processor.candidate().setValue(1);
    processor.getParameters()[2]->setValue(1);
    processor.getStateInformation(state);
  }
  EXPECT_LT(state.getSize(), 300u);
  Processor processor;
  processor.prepareToPlay(48000, 64);
  processor.setStateInformation(state.getData(), int(state.getSize()));
  EXPECT_EQ(processor.listen().index(), 1);
  EXPECT_EQ(processor.candidate().index(), 4);
  EXPECT_EQ(processor.getParameters()[2]->getValue(), 1);
  juce::MemoryBlock again;
  processor.getStateInformation(again);
  EXPECT_EQ(again, state);
}

TEST(Processor, TakesWhenTheSwitchGoesOnAndNotWhenItIsRestored) {
  const Juce juce;
  Processor processor;
  processor.setRateAndBufferSizeDetails(8000, 400);
  processor.prepareToPlay(8000, 400);
  juce::AudioProcessorParameter& take = *processor.getParameters()[2];
  juce::AudioBuffer<float> audio(2, 400);
  juce::MidiBuffer midi;
  const auto play = [&](int blocks) {
    for (int i = 0; i < blocks; ++i) {
      for (int k = 0; k < 400; ++k)
        for (int c = 0; c < 2; ++c) audio.setSample(c, k, 0.5f * float(std::sin(0.2 * k)));
      processor.processBlock(audio, midi);
    }
  };
  take.setValue(1);
  play(20);  // the host has restored it: nothing had played
  juce::MemoryBlock state;
  processor.getStateInformation(state);
  processor.setStateInformation(state.getData(), int(state.getSize()));
  take.setValue(0);
  play(1);
  take.setValue(1);
  play(11);  // it was just restored
  EXPECT_EQ(processor.session().view().sound, nullptr);
  take.setValue(0);
  play(1);
  take.setValue(1);
  play(1);
  for (;;) {
    const int seen = processor.changes();
    if (processor.session().view().sound != nullptr) break;
    processor.changes().wait(seen);
  }
}

TEST(Processor, RefusesADamagedStateAndGivesItBack) {
  const Juce juce;
  Processor processor;
  processor.listen().setValue(1);
  const std::string damaged = "PatchPilotDAW\n and then something else";
  processor.setStateInformation(damaged.data(), int(damaged.size()));
  EXPECT_NE(processor.session().view().problem, "");
  EXPECT_EQ(processor.listen().index(), 2) << "parameters stay";
  juce::MemoryBlock state;
  processor.getStateInformation(state);
  EXPECT_EQ(state.toString().toStdString(), damaged);
  processor.setStateInformation(nullptr, 0);
}

}  // namespace
}  // namespace patchpilot
