#pragma once

#include <juce_audio_processors/juce_audio_processors.h>

#include <atomic>

namespace patchpilot {

/// A choice among labels, 0 to 1 for the host. JUCE's own has a range of 0 to n - 1, which its LV2 wrapper
/// (7.0.5) describes as 0 to 1, so that a host would show the wrong label.
class ChoiceParameter final : public juce::RangedAudioParameter {
 public:
  /// @param id  must never change: projects and automation name it
  ChoiceParameter(const char* id, const char* name, juce::StringArray labels)
      : RangedAudioParameter({id, 1}, name), labels_(std::move(labels)) {}

  int index() const { return index_; }

  /// Tells the host too. For the message thread.
  void choose(int index) {
    if (index == index_) return;
    beginChangeGesture();
    setValueNotifyingHost(toNormalized(index));
    endChangeGesture();
  }

  float getValue() const override { return toNormalized(index_); }
  float getDefaultValue() const override { return 0; }
  int getNumSteps() const override { return labels_.size(); }
  bool isDiscrete() const override { return true; }
  juce::String getText(float value, int) const override { return labels_[toIndex(value)]; }
  float getValueForText(const juce::String& text) const override {
    return toNormalized(std::max(0, labels_.indexOf(text)));
  }
  const juce::NormalisableRange<float>& getNormalisableRange() const override { return range_; }

  /// By any thread, the audio thread as well.
  void setValue(float value) override { index_ = toIndex(value); }

 private:
  float toNormalized(int index) const { return float(index) / float(labels_.size() - 1); }
  int toIndex(float value) const {
    return juce::roundToInt(juce::jlimit(0.0f, 1.0f, value) * float(labels_.size() - 1));
  }

  const juce::StringArray labels_;
  const juce::NormalisableRange<float> range_{0, 1};
  std::atomic<int> index_{0};
};

}  // namespace patchpilot
