// One note of the test synth: an oscillator between sine and saw, an envelope, no framework.
// Everything is a function of the samples since the note began, so that a render does not
// depend on the host's block size and two renders of one note are the same to the last bit.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

namespace testsynth {

enum class Mode { normal, bright, soft };

struct VoiceSettings {
  double shape = 0;          // 0 sine .. 1 saw
  Mode mode = Mode::normal;  // bright: driven; soft: low-passed
  bool sub = false;          // adds a sine an octave below
  bool fifth = false;        // adds a sine a fifth above
  double octave = 0;         // -2 .. 2
  double attackSeconds = 0.005;
  double decaySeconds = 0.3;  // to fall by 60 dB towards sustain
  double sustain = 0.5;       // 0 .. 1
  double releaseSeconds = 0.2;
};

class Voice {
 public:
  // `phase` is where the oscillator starts, in cycles, 0 <= phase < 1; `detune` is in semitones.
  void start(int note, double velocity, double phase, double sampleRate, double detune) {
    note_ = note;
    detune_ = detune;
    velocity_ = velocity;
    sampleRate_ = sampleRate;
    phase_ = phase;
    subPhase_ = fifthPhase_ = phase;
    age_ = releasedAge_ = 0;
    lowPass_ = 0;
    state_ = State::held;
  }

  void release(const VoiceSettings& settings) {
    if (state_ != State::held) return;
    levelAtRelease_ = heldLevel(settings);
    state_ = State::released;
  }

  void stop() { state_ = State::idle; }
  bool isIdle() const { return state_ == State::idle; }
  bool isHeld(int note) const { return state_ == State::held && note_ == note; }
  long age() const { return age_; }  // samples since the note began

  double next(const VoiceSettings& settings) {
    const double level = envelope(settings);
    if (state_ == State::idle) return 0;
    const double hertz = 440.0 * std::exp2((note_ + detune_ - 69) / 12.0 + settings.octave);
    const double step = std::min(hertz / sampleRate_, 0.5);
    const double sample = level * velocity_ * oscillator(settings, step);
    advance(phase_, step);
    advance(subPhase_, step / 2);
    advance(fifthPhase_, step * 1.5);
    ++age_;
    return sample;
  }

 private:
  enum class State { idle, held, released };

  static double sine(double cycles) { return std::sin(2 * std::numbers::pi * cycles); }

  static void advance(double& phase, double step) {
    phase += step;
    phase -= std::floor(phase);
  }

  // Falling, as its fundamental is then in phase with the sine it is mixed with. The jump is
  // rounded by a polynomial of one sample to each side (PolyBLEP, Valimaki and Huovilainen 2007).
  static double saw(double phase, double step) {
    double value = 1 - 2 * phase;
    if (phase < step) {
      const double t = phase / step;
      value += 2 * t - t * t - 1;
    } else if (phase > 1 - step) {
      const double t = (phase - 1) / step;
      value += t * t + 2 * t + 1;
    }
    return value;
  }

  double oscillator(const VoiceSettings& settings, double step) {
    double value = (1 - settings.shape) * sine(phase_) + settings.shape * saw(phase_, step);
    if (settings.sub) value += 0.7 * sine(subPhase_);
    if (settings.fifth) value += 0.7 * sine(fifthPhase_);
    if (settings.mode == Mode::bright) value = std::tanh(4 * value);
    if (settings.mode == Mode::soft) {
      lowPass_ += (1 - std::exp(-2 * std::numbers::pi * 2 * step)) * (value - lowPass_);
      value = lowPass_;
    }
    return value;
  }

  double heldLevel(const VoiceSettings& settings) const {
    const double seconds = age_ / sampleRate_;
    if (seconds < settings.attackSeconds) return seconds / settings.attackSeconds;
    const double fall = std::exp(-6.9 * (seconds - settings.attackSeconds) / settings.decaySeconds);
    return settings.sustain + (1 - settings.sustain) * fall;
  }

  // The release reaches zero, rather than nearing it, so that a test knows where the tail ends.
  double envelope(const VoiceSettings& settings) {
    if (state_ == State::held) return heldLevel(settings);
    if (state_ == State::idle) return 0;
    const double rest = 1 - releasedAge_++ / (settings.releaseSeconds * sampleRate_);
    if (rest <= 0) state_ = State::idle;
    return rest <= 0 ? 0 : levelAtRelease_ * rest * rest;
  }

  State state_ = State::idle;
  int note_ = 0;
  double detune_ = 0, velocity_ = 0, sampleRate_ = 44100, levelAtRelease_ = 0;
  double phase_ = 0, subPhase_ = 0, fifthPhase_ = 0, lowPass_ = 0;
  long age_ = 0, releasedAge_ = 0;
};

}  // namespace testsynth
