#include "synth/voice_engine.h"

#include "audio/frames.h"
#include "base/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace patchpilot {

namespace {

constexpr double kTau = 2 * std::numbers::pi;

/// The parameters in the order of the space below.
enum Index { wave1, wave2, detune, mix, cutoff, resonance, sweep, attack, decay, sustain, release, level };

constexpr const char* kSpace = R"(
format = 1
name = "voice"
title = "Voice"
description = "The built-in synthesizer: two oscillators, a low-pass filter, an envelope"

[synth]
format = "built-in"
id = "voice"
name = "Voice"

[[section]]
key = "oscillators"
title = "Oscillators"
[[section]]
key = "filter"
title = "Filter"
[[section]]
key = "envelope"
title = "Envelope"

[[parameter]]
key = "wave1"
name = "Oscillator 1 wave"
section = "oscillators"
kind = "categorical"
choices = [{ label = "Sine", value = 0.0 }, { label = "Saw", value = 0.5 }, { label = "Square", value = 1.0 }]
[[parameter]]
key = "wave2"
name = "Oscillator 2 wave"
section = "oscillators"
kind = "categorical"
choices = [{ label = "Sine", value = 0.0 }, { label = "Saw", value = 0.5 }, { label = "Square", value = 1.0 }]
[[parameter]]
key = "detune"
name = "Oscillator 2 detune"
section = "oscillators"
kind = "continuous"
unit = "semitones"
display = "24*x-12"
[[parameter]]
key = "mix"
name = "Oscillator mix"
section = "oscillators"
kind = "continuous"
unit = "%"
display = "100*x"
[[parameter]]
key = "cutoff"
name = "Cutoff"
section = "filter"
kind = "continuous"
unit = "Hz"
display = "60*250^x"
[[parameter]]
key = "resonance"
name = "Resonance"
section = "filter"
kind = "continuous"
unit = "%"
display = "100*x"
[[parameter]]
key = "sweep"
name = "Envelope to cutoff"
section = "filter"
kind = "continuous"
unit = "octaves"
display = "5*x"
[[parameter]]
key = "attack"
name = "Attack"
section = "envelope"
kind = "continuous"
unit = "s"
display = "0.001*1000^x"
[[parameter]]
key = "decay"
name = "Decay"
section = "envelope"
kind = "continuous"
unit = "s"
display = "0.01*300^x"
[[parameter]]
key = "sustain"
name = "Sustain"
section = "envelope"
kind = "continuous"
unit = "%"
display = "100*x"
[[parameter]]
key = "release"
name = "Release"
section = "envelope"
kind = "continuous"
unit = "s"
display = "0.01*300^x"
[[parameter]]
key = "level"
name = "Level"
section = "envelope"
kind = "continuous"
min = 0.3
max = 1.0
unit = "dB"
display = "48*x-48"

[[tuning]]
parameters = ["detune"]
semitones = 24
part = true

[[gate]]
silences = ["wave2", "detune"]
[gate.closed]
mix = 0.0
)";

constexpr std::array<float, 12> kDefaults{0.5f, 0.5f, 0.5f, 0.0f, 0.6f, 0.2f,
                                          0.0f, 0.1f, 0.4f, 0.7f, 0.3f, 0.9f};

/// One period of a wave at a phase in [0, 1). A saw and a square are band-limited at their steps (polyBLEP;
/// Valimaki and Huovilainen 2007, "Antialiasing oscillators in subtractive synthesis").
double residual(double phase, double step) {
  if (phase < step) return (phase /= step, phase + phase - phase * phase - 1);
  if (phase > 1 - step) return (phase = (phase - 1) / step, phase * phase + phase + phase + 1);
  return 0;
}

double wave(float kind, double phase, double step) {
  if (kind < 0.25f) return std::sin(kTau * phase);
  if (kind < 0.75f) return 2 * phase - 1 - residual(phase, step);
  const double opposite = phase < 0.5 ? phase + 0.5 : phase - 0.5;
  return (phase < 0.5 ? 1 : -1) + residual(phase, step) - residual(opposite, step);
}

/// The voice of one note, sample by sample.
class Voice {
 public:
  Voice(const std::vector<float>& values, const Note& note)
      : v_(values),
        step1_(440 * std::exp2((note.midi - 69) / 12.0) / kSampleRateHz),
        step2_(step1_ * std::exp2((24 * values[detune] - 12) / 12.0)),
        attack_(0.001 * std::pow(1000, values[attack])),
        decay_(decayPerSample(0.01 * std::pow(300, values[decay]))),
        release_(decayPerSample(0.01 * std::pow(300, values[release]))),
        length_(note.lengthSeconds),
        gain_(0.5 * std::pow(10, (48 * values[level] - 48) / 20) * note.velocity / 127) {}

  float next() {
    const double envelope = nextEnvelope();
    const double sound =
        (1 - v_[mix]) * wave(v_[wave1], phase1_, step1_) + v_[mix] * wave(v_[wave2], phase2_, step2_);
    phase1_ = advanced(phase1_, step1_);
    phase2_ = advanced(phase2_, step2_);
    ++sample_;
    return float(gain_ * envelope * filtered(sound, envelope));
  }

 private:
  static double decayPerSample(double seconds) { return std::exp(-1 / (seconds * kSampleRateHz)); }
  static double advanced(double phase, double step) {
    return (phase += step) < 1 ? phase : phase - std::floor(phase);
  }

  double nextEnvelope() {
    const double seconds = double(sample_) / kSampleRateHz;
    if (seconds >= length_) return envelope_ *= release_;
    if (seconds < attack_) return envelope_ = seconds / attack_;
    return envelope_ = v_[sustain] + (std::max(envelope_, double(v_[sustain])) - v_[sustain]) * decay_;
  }

  /// A state-variable low-pass filter (Simper 2013, "Solving the continuous SVF equations using trapezoidal
  /// integration"). Its coefficients follow the envelope every 16 samples.
  double filtered(double input, double envelope) {
    if (sample_ % 16 == 1) {
      const double hz =
          std::min(18000.0, 60 * std::pow(250, v_[cutoff]) * std::exp2(5 * v_[sweep] * envelope));
      g_ = std::tan(std::numbers::pi * hz / kSampleRateHz);
    }
    const double k = 2 - 1.9 * v_[resonance];
    const double a1 = 1 / (1 + g_ * (g_ + k)), v3 = input - second_;
    const double v1 = a1 * (first_ + g_ * v3), v2 = second_ + g_ * v1;
    first_ = 2 * v1 - first_;
    second_ = 2 * v2 - second_;
    return v2;
  }

  const std::vector<float>& v_;
  double step1_, step2_, attack_, decay_, release_, length_, gain_;
  double phase1_ = 0, phase2_ = 0, envelope_ = 0, g_ = 0, first_ = 0, second_ = 0;
  std::size_t sample_ = 0;
};

}  // namespace

VoiceEngine::VoiceEngine() : space_(parseSpace(kSpace, "the built-in space voice")) {}

void VoiceEngine::render(const NextJob& next, const JobDone& done, const GoOn& goOn, std::stop_token stop) {
  std::vector<float> sound;
  while (!stop.stop_requested()) {
    const auto job = next();
    if (!job) return;
    RenderOutcome outcome{.tag = job->tag};
    if (job->patch->isPreset()) {
      outcome.status = RenderOutcome::Status::refused;
      outcome.problem = "the built-in synthesizer reads no presets";
      done(outcome);
      continue;
    }
    const std::vector<float> values = this->values(*job->patch);
    Voice voice(values, job->note);
    sound.resize(framesOf(job->seconds));
    const std::size_t part =
        goOn && job->partSeconds > 0 ? std::min(framesOf(job->partSeconds), sound.size()) : 0;
    std::generate_n(sound.begin(), part, [&] { return voice.next(); });
    const std::span<const float> heard(sound.data(), part);
    if (part > 0 && !goOn(job->tag, {heard, heard})) {
      outcome.status = RenderOutcome::Status::cut;
    } else {
      std::generate(sound.begin() + std::ptrdiff_t(part), sound.end(), [&] { return voice.next(); });
      outcome.audio = {sound, sound};
    }
    done(outcome);
  }
}

std::vector<float> VoiceEngine::values(const Patch& patch) {
  if (patch.isPreset()) failPlugin("the built-in synthesizer reads no presets");
  return patch.values().empty() ? defaults() : patch.values();
}

std::vector<float> VoiceEngine::defaults() const { return {kDefaults.begin(), kDefaults.end()}; }

Bytes VoiceEngine::state(const Patch&) { failPlugin("the built-in synthesizer writes no presets"); }

std::vector<std::string> VoiceEngine::texts(const Patch& patch) {
  const std::vector<float> values = this->values(patch);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < values.size(); ++i)
    texts.push_back(space_.parameters[i].text(values[i]).value_or(""));
  return texts;
}

}  // namespace patchpilot
