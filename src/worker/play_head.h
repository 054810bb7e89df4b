#pragma once

#include "base/tempo.h"

#include <juce_audio_processors/juce_audio_processors.h>

#include <cmath>

namespace patchpilot {

/// The transport that a plug-in follows: it plays in 4/4 at a constant tempo.
class PlayHead : public juce::AudioPlayHead {
 public:
  explicit PlayHead(double sampleRateHz) : sampleRateHz_(sampleRateHz) {}

  juce::Optional<PositionInfo> getPosition() const override {
    const double seconds = double(frame) / sampleRateHz_;
    const double beats = seconds * tempoBpm / 60.0;
    const double bars = std::floor(beats / kBeatsPerBar);
    PositionInfo info;
    info.setBpm(tempoBpm);
    info.setTimeSignature(TimeSignature{kBeatsPerBar, 4});
    info.setTimeInSamples(frame);
    info.setTimeInSeconds(seconds);
    info.setPpqPosition(beats);
    info.setPpqPositionOfLastBarStart(bars * kBeatsPerBar);
    info.setBarCount(juce::int64(bars));
    info.setIsPlaying(true);
    return info;
  }

  double tempoBpm = kUsualBpm;
  juce::int64 frame = 0;  ///< since the start of the song, which is that of the render

 private:
  static constexpr int kBeatsPerBar = 4;

  double sampleRateHz_;
};

}  // namespace patchpilot
