#pragma once

#include "daw/track_session.h"
#include "effect/parameters.h"

#include <juce_audio_processors/juce_audio_processors.h>

#include <memory>

namespace patchpilot {

/// The plug-in for a DAW: passes the track through, keeps its last seconds, and plays a candidate in the
/// track's place if it is asked to.
///
/// The audio thread writes into the ring and reads what the player has been given: no lock, no allocation, no
/// file. Everything else is done by the session's thread.
class Processor final : public juce::AudioProcessor {
 public:
  static constexpr double kRingSeconds = 20;
  static constexpr int kCandidates = 5;

  Processor();

  const juce::String getName() const override { return JucePlugin_Name; }
  bool isBusesLayoutSupported(const BusesLayout& layout) const override;
  void prepareToPlay(double sampleRate, int blockSize) override;
  void releaseResources() override {}
  void processBlock(juce::AudioBuffer<float>& audio, juce::MidiBuffer& midi) override;
  using juce::AudioProcessor::processBlock;

  bool acceptsMidi() const override { return false; }
  bool producesMidi() const override { return false; }
  double getTailLengthSeconds() const override { return 0; }
  bool hasEditor() const override { return true; }
  juce::AudioProcessorEditor* createEditor() override;

  int getNumPrograms() override { return 1; }
  int getCurrentProgram() override { return 0; }
  void setCurrentProgram(int) override {}
  const juce::String getProgramName(int) override { return "Default"; }
  void changeProgramName(int, const juce::String&) override {}

  void getStateInformation(juce::MemoryBlock& destination) override;
  void setStateInformation(const void* data, int size) override;

  TrackSession& session() { return session_; }

  /// What replaces the note in the track at the playhead: 0 nothing, 1 the target, 2 the candidate.
  ChoiceParameter& listen() { return *listen_; }

  /// From 0.
  ChoiceParameter& candidate() { return *candidate_; }

  /// Grows when the session's view has changed, and wakes those who wait for that.
  const std::atomic<int>& changes() const { return changes_; }

 private:
  /// Where the host plays; nothing if it stands still.
  std::optional<std::int64_t> timelineNow() const;

  /// Takes and matches when the switch for it goes on.
  void watchTake(int frames);

  std::atomic<int> changes_{0};
  std::atomic<bool> restored_{false};
  TrackSession session_;
  std::shared_ptr<SoundRing> ring_;
  // Of the audio thread.
  std::optional<std::int64_t> expected_;  ///< where it plays if it plays on
  bool wasOn_ = false;
  std::int64_t settledFrames_ = 0;  ///< since the start or since the project was restored
  // Owned by the base class.
  ChoiceParameter *listen_, *candidate_, *take_;
};

}  // namespace patchpilot
