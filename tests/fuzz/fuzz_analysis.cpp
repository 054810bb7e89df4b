// The way of a sound behind its reader: corrected, analysed, measured. Raw samples would all be noise, so the
// bytes describe a sound: what happens to its sides, then segments of waveforms.
#include "audio/analysis.h"
#include "audio/level.h"
#include "audio/recording.h"
#include "audio/root_key.h"
#include "features/metric.h"
#include "fuzz.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace {

using namespace patchpilot;

constexpr std::size_t kMostFrames = 66150;  // 1.5 s

/// Takes bytes from an input; zeros behind its end.
class Description {
 public:
  Description(const std::uint8_t* data, std::size_t size) : bytes_(data, size) {}
  bool isAtEnd() const { return at_ >= bytes_.size(); }
  int byte() { return isAtEnd() ? 0 : bytes_[at_++]; }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

enum Shape { sine, saw, square, noise, constant, pluck, raw, silence, shapes };

/// Adds a segment: shape, length, pitch, level, offset, each a byte.
void append(Description& from, std::vector<float>& samples) {
  const auto shape = Shape(from.byte() % shapes);
  const auto frames = std::min(std::size_t(1 + from.byte() * 441), kMostFrames - samples.size());
  const double hz = noteToHz(from.byte() / 2.0);
  const double gain = dbToAmplitude(from.byte() - 155.0);  // to 100 dB above full scale
  const double offset = gain * (from.byte() - 128) / 128;
  std::uint32_t random = 1;
  double phase = 0;
  for (std::size_t i = 0; i < frames; ++i) {
    phase += hz / kSampleRateHz;
    phase -= std::floor(phase);
    random = random * 1664525u + 1013904223u;
    double value = 0;
    switch (shape) {
      case sine: value = std::sin(2 * std::numbers::pi * phase); break;
      case saw: value = 2 * phase - 1; break;
      case square: value = phase < 0.5 ? 1 : -1; break;
      case noise: value = double(random) / 2147483648.0 - 1; break;
      case constant: value = 1; break;
      case pluck: value = (2 * phase - 1) * std::exp(-double(i) / 4000); break;
      case raw: value = (from.byte() - 128) / 128.0; break;
      case silence:
      case shapes: break;
    }
    samples.push_back(float(std::clamp(gain * value + offset, -1e5, 1e5)));
  }
}

/// A sound that can come out of `readSound`, or nothing.
AudioBuffer soundOf(Description& description) {
  const int sides = description.byte();
  const double ceiling = dbToAmplitude(description.byte() - 155.0);
  std::vector<float> samples;
  while (!description.isAtEnd() && samples.size() < kMostFrames) append(description, samples);
  AudioBuffer sound(kChannels, samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const float sample = sides & 1 ? std::clamp(samples[i], float(-ceiling), float(ceiling)) : samples[i];
    const float noise = sides & 2 ? sample * float(i * 2654435761u % 1000) / 1000 : 0.0f;
    sound.channel(0)[i] = sides & 4 ? noise : sample;
    sound.channel(1)[i] = (sides & 8 ? -1.0f : 1.0f) * (sides & 16 ? noise : sample);
  }
  return sound;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Description description(data, size);
  const int asked = description.byte();
  const AudioBuffer read = soundOf(description);
  if (read.frames() == 0 || peak(read) < 1e-4) return 0;
  readOrRefuse([&] {
    const AudioBuffer sound = correctRecording(read).sound;
    mustHold(sound.frames() == read.frames() && !containsNonFinite(sound),
             "a corrected sound is as long, and finite");
    AnalysisOptions options;
    if (asked & 1) options.note = asked / 2;
    TargetAnalysis analysis = analyseSound(sound, options);
    if (asked & 2 && !options.note) weighRootKeys(analysis, {{asked / 2, "smpl chunk"}}, "Bass_C2");
    mustHold(analysis.note >= 0 && analysis.note <= 127, "a note is one of MIDI's");
    mustHold(analysis.noteConfidence >= 0 && analysis.noteConfidence <= 1, "a confidence is 0 to 1");
    mustHold(analysis.onsetSeconds >= 0 && analysis.onsetSeconds < analysis.endSeconds,
             "a note begins before it ends");
    mustHold(analysis.endSeconds <= sound.seconds() + 1e-6, "a note ends within the sound");
    mustHold(analysis.noteLengthSeconds >= 0 &&
                 analysis.noteLengthSeconds <= sound.seconds() - analysis.onsetSeconds + 0.05,
             "a key is let go within the sound");
    for (const NoteGuess& guess : analysis.otherNotes)
      mustHold(guess.note >= 0 && guess.note <= 127, "a guess is a note");

    // The metrics take longer than all of the above, and depend less on the shape of a sound.
    if (asked % 8 != 0) return;
    const Ruler ruler({metrics().begin(), metrics().end()}, sound);
    const Measurements same = ruler.measure(sound), other = ruler.measure(read);
    for (const Metric& metric : metrics()) {
      mustHold(std::abs(metric.cost(same.at(metric.name))) < 1e-3, "a sound equals itself");
      mustHold(std::isfinite(other.at(metric.name)), "a distance is a number");
    }
  });
  return 0;
}
