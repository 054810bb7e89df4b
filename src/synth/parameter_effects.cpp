#include "synth/parameter_effects.h"

#include "audio/audibility.h"
#include "audio/level.h"
#include "audio/pitch.h"
#include "base/random.h"
#include "synth/render_pool.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <numeric>

namespace patchpilot {

namespace {

const Note kNote{60, 100, 0.45};
constexpr double kRenderSeconds = 0.6;

/// Patches that are tried out as contexts, and how many are taken.
constexpr std::uint64_t kDraws = 24;
constexpr std::size_t kContexts = 8;
/// Share of the parameters that are moved from their defaults in a context.
constexpr double kMoved = 0.5;
/// Spaces with more parameters are tried with one value of each, and in fewer contexts.
constexpr std::size_t kManyParameters = 300;
constexpr std::size_t kContextsOfMany = 4;

/// Listening to a slow synth ends after this time. What was tried in fewer contexts by then may do more than
/// was heard of it.
constexpr double kMostSeconds = 90;
constexpr int kLeastContexts = 3;
constexpr std::size_t kBatch = 32;

/// Renders that differ by so much, in parts of their level, are the same, or the same at another level.
constexpr double kSame = 0.003, kSameShape = 0.02;
constexpr double kRetunedSemitones = 0.1;
constexpr int kHarmonics = 10;
/// Cosine of the amplitudes of harmonics, from which on the sound is the same at another pitch.
constexpr double kSameHarmonics = 0.95;

/// What one comparison tells. `unclear`: it may be another pitch or another sound.
enum class Heard { same, silent, level, pitch, unclear, other };

using Sound = std::optional<AudioBuffer>;

double dot(const AudioBuffer& a, const AudioBuffer& b) {
  const auto x = a.samples(), y = b.samples();
  return std::transform_reduce(x.begin(), x.end(), y.begin(), 0.0, std::plus<>(),
                               [](float p, float q) { return double(p) * double(q); });
}

/// The energy of a - gain b, in parts of the energy of a.
double residue(const AudioBuffer& a, const AudioBuffer& b, double gain) {
  const double energy = dot(a, a);
  return energy > 0 ? std::max(0.0, energy - 2 * gain * dot(a, b) + gain * gain * dot(b, b)) / energy : 0;
}

/// Amplitudes of the first harmonics (Goertzel, "An algorithm for the evaluation of finite trigonometric
/// series", 1958), of the middle of a note.
std::vector<double> harmonics(const AudioBuffer& sound, double hz) {
  std::vector<double> amplitudes;
  const std::size_t first = sound.frames() / 5, last = sound.frames() * 3 / 5;
  for (int k = 1; k <= kHarmonics; ++k) {
    const double step = 2 * std::numbers::pi * k * hz / kSampleRateHz;
    if (step >= std::numbers::pi) break;
    double power = 0;
    for (int c = 0; c < sound.channels(); ++c) {
      const auto samples = sound.channel(c);
      double one = 0, two = 0;
      for (std::size_t i = first; i < last; ++i) {
        const double next = double(samples[i]) + 2 * std::cos(step) * one - two;
        two = std::exchange(one, next);
      }
      power += one * one + two * two - 2 * std::cos(step) * one * two;
    }
    amplitudes.push_back(std::sqrt(std::max(0.0, power)));
  }
  return amplitudes;
}

double cosine(const std::vector<double>& a, const std::vector<double>& b) {
  const std::size_t count = std::min(a.size(), b.size());
  const auto product = [&](const auto& x, const auto& y) {
    return std::inner_product(x.begin(), x.begin() + std::ptrdiff_t(count), y.begin(), 0.0);
  };
  const double size = std::sqrt(product(a, a) * product(b, b));
  return size > 0 ? product(a, b) / size : 0;
}

Heard comparePitch(const AudioBuffer& before, const AudioBuffer& after) {
  const PitchEstimate was = estimatePitch(before, 0, before.frames()),
                      is = estimatePitch(after, 0, after.frames());
  if (!was.pitched || !is.pitched) return Heard::unclear;
  if (std::abs(hzToNote(is.hz) - hzToNote(was.hz)) < kRetunedSemitones) return Heard::other;
  return cosine(harmonics(before, was.hz), harmonics(after, is.hz)) >= kSameHarmonics ? Heard::pitch
                                                                                      : Heard::other;
}

/// @param noise  how much two renders of `before` differ, in parts of their energy
Heard compare(const AudioBuffer& before, double noise, const Sound& after) {
  if (!after || containsNonFinite(*after)) return Heard::unclear;
  if (isSilent(*after) && rmsDb(*after) < rmsDb(before) - 20) return Heard::silent;
  if (residue(before, *after, 1) <= kSame * kSame + 4 * noise) return Heard::same;
  const double gain = dot(before, *after) / std::max(dot(before, before), 1e-30);
  if (residue(*after, before, gain) <= kSameShape * kSameShape + 4 * noise) return Heard::level;
  return comparePitch(before, *after);
}

/// Values of a parameter that are far from its own.
std::vector<float> otherValues(const ParameterSpec& p, float own, bool one) {
  std::vector<float> values = {p.min, p.max, (p.min + p.max) / 2};
  if (p.kind == ParameterKind::categorical) {
    values.clear();
    for (const Choice& choice : p.choices) values.push_back(choice.value);
  }
  for (float& value : values) value = p.nearest(value);
  const auto isFarther = [&](float a, float b) { return std::abs(a - own) > std::abs(b - own); };
  std::stable_sort(values.begin(), values.end(), isFarther);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  std::erase_if(values, [&](float value) { return std::abs(value - own) < 1e-4f; });
  if (values.size() > (one ? 1u : 2u)) values.resize(one ? 1 : 2);
  return values;
}

struct Context {
  std::vector<float> values;
  AudioBuffer sound;
  double noise = 0;  ///< see `compare`
};

/// What was heard of a parameter so far.
struct Tally {
  int same = 0, silent = 0, level = 0, pitch = 0, unclear = 0, other = 0;
  int contexts = 0;  ///< in which it was moved

  void add(Heard heard) {
    switch (heard) {
      case Heard::same: ++same; break;
      case Heard::silent: ++silent; break;
      case Heard::level: ++level; break;
      case Heard::pitch: ++pitch; break;
      case Heard::unclear: ++unclear; break;
      case Heard::other: ++other; break;
    }
  }

  ParameterEffect effect() const {
    if (other > 0 || (unclear > 0 && pitch == 0)) return ParameterEffect::changes;
    if (pitch > 0) return ParameterEffect::retunes;
    if (level > 0) return ParameterEffect::levels;
    if (silent > 0) return ParameterEffect::mutes;
    return same > 0 ? ParameterEffect::nothing : ParameterEffect::changes;
  }
};

class Listening {
 public:
  Listening(const Synth& synth, const std::function<void(double)>& onProgress, std::stop_token stop)
      : space_(synth.space()),
        onProgress_(onProgress),
        stop_(std::move(stop)),
        defaults_(synth.defaults()),
        many_(space_.parameters.size() > kManyParameters),
        pool_(synth, {.workers = 0, .longestSeconds = kRenderSeconds}) {}

  std::map<std::string, ParameterEffect> run() {
    findContexts();
    std::vector<Tally> tallies(space_.parameters.size());
    bool whole = true;
    for (std::size_t i = 0; i < contexts_.size() && whole; ++i) {
      whole = listen(contexts_[i], tallies);
      if (onProgress_) onProgress_(double(i + 1) / double(contexts_.size()));
    }
    std::map<std::string, ParameterEffect> effects;
    for (std::size_t i = 0; i < tallies.size() && !contexts_.empty(); ++i)
      effects[space_.parameters[i].key] =
          whole || tallies[i].contexts >= kLeastContexts ? tallies[i].effect() : ParameterEffect::changes;
    return effects;
  }

 private:
  std::vector<Sound> render(const std::vector<Patch>& patches) {
    std::vector<RenderJob> jobs;
    for (const Patch& patch : patches) jobs.push_back({jobs.size(), &patch, kNote, kRenderSeconds});
    return pool_.renderAll(jobs, stop_);
  }

  /// The plug-in's own patch, and patches in which every other parameter is drawn: one that mutes the synth
  /// would mute nearly all if every parameter were.
  void findContexts() {
    std::vector<Patch> patches = {Patch::point(defaults_)};
    for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
      const std::vector<float> drawn = space_.draw(1, draw);
      SplitMix64 random(2, draw);
      std::vector<float> values = defaults_;
      for (std::size_t i = 0; i < values.size(); ++i)
        if (random.uniform() < kMoved) values[i] = drawn[i];
      patches.push_back(Patch::point(std::move(values)));
    }
    const std::vector<Sound> sounds = render(patches), again = render(patches);
    for (std::size_t i = 0; i < patches.size() && contexts_.size() < (many_ ? kContextsOfMany : kContexts);
         ++i) {
      if (!sounds[i] || !again[i] || containsNonFinite(*sounds[i]) || containsNonFinite(*again[i])) continue;
      if (isSilent(*sounds[i])) continue;
      contexts_.push_back({patches[i].values(), *sounds[i], residue(*sounds[i], *again[i], 1)});
    }
  }

  bool timeIsOver() const {
    return std::chrono::steady_clock::now() - begin_ > std::chrono::duration<double>(kMostSeconds);
  }

  /// @return whether there was the time to move all parameters
  bool listen(const Context& context, std::vector<Tally>& tallies) {
    std::vector<Patch> patches;
    std::vector<std::size_t> moved;
    for (std::size_t i = 0; i < tallies.size(); ++i) {
      if (tallies[i].effect() == ParameterEffect::changes && tallies[i].other > 0) continue;
      for (const float value : otherValues(space_.parameters[i], context.values[i], many_)) {
        patches.push_back(Patch::point(context.values));
        patches.back().values()[i] = value;
        moved.push_back(i);
      }
    }
    for (std::size_t begin = 0; begin < patches.size(); begin += kBatch) {
      if (timeIsOver()) return false;
      const std::size_t end = std::min(patches.size(), begin + kBatch);
      const std::vector<Sound> sounds = render({patches.begin() + long(begin), patches.begin() + long(end)});
      for (std::size_t i = begin; i < end; ++i) {
        tallies[moved[i]].add(compare(context.sound, context.noise, sounds[i - begin]));
        if (i + 1 == moved.size() || moved[i + 1] != moved[i]) ++tallies[moved[i]].contexts;
      }
    }
    return true;
  }

  const ParameterSpace& space_;
  const std::function<void(double)>& onProgress_;
  std::stop_token stop_;
  std::vector<float> defaults_;
  bool many_;
  RenderPool pool_;
  std::vector<Context> contexts_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

std::string effectText(ParameterEffect effect) {
  switch (effect) {
    case ParameterEffect::nothing: return "nothing is heard of it";
    case ParameterEffect::mutes: return "only mutes the sound";
    case ParameterEffect::levels: return "only changes the level";
    case ParameterEffect::retunes: return "only retunes the sound";
    case ParameterEffect::changes: break;
  }
  return "changes the sound";
}

std::map<std::string, ParameterEffect> parameterEffects(const Synth& synth,
                                                        const std::function<void(double)>& onProgress,
                                                        const std::stop_token& stop) {
  if (synth.space().parameters.empty()) return {};
  return Listening(synth, onProgress, stop).run();
}

}  // namespace patchpilot
