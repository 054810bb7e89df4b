#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace patchpilot {

// Which key was pressed. The pitch of a sound does not tell it: of 2,895 hand-made presets of one synth, a
// third sounds at its key, a third an octave below, and one in eleven two octaves below (docs/benchmarks.md).
// The spectrum tells a little more; the model is fitted to presets and instruments whose keys are known.

/// Keys that may have been pressed, in semitones from the lowest pitch that fits a sound.
inline constexpr std::array<int, 5> kKeyShifts{-24, -12, 0, 12, 24};
inline constexpr std::size_t kNoShift = 2;  ///< index of the key that is that pitch

/// The shifts, and last any other key.
inline constexpr std::size_t kKeyAnswers = kKeyShifts.size() + 1;

/// What the answer is judged by; see `keyFeatures`.
inline constexpr std::size_t kKeyFeatures = 21;
inline constexpr std::size_t kStrength = 18, kAgreement = 19,
                             kOctaveRule = 20;  ///< indices of the last features
using KeyFeatures = std::array<double, kKeyFeatures>;

/// Power at the frequencies k * binHz.
struct PowerSpectrum {
  std::vector<double> power;
  double binHz = 1;
};

/// How a pitch was found.
struct PitchFinding {
  double lowestHz = 0;  ///< the lowest pitch that fits the sound
  std::array<double, kKeyShifts.size()>
      scores{};         ///< of that pitch and its octaves, in the order of `kKeyShifts`
  double strength = 0;  ///< mean score, 0..1
  double agreeing = 0;  ///< share of the sound's moments that agree, 0..1
};

/// In this order: levels of partials 1 to 8 and of those at 1/2 and 3/2 of the pitch, in dB below the loudest
/// (down to -60); by how many dB the even partials of half the pitch, of the pitch, and of its double rise
/// above the odd ones; the scores of the pitch's octaves, as shares of its own; the spectrum's centroid, in
/// octaves above the pitch; strength and agreement; and 1 where the even partials stand out so far that they
/// are a note above a weaker sub-oscillator, or organ's 16-foot stop, else 0.
KeyFeatures keyFeatures(const PowerSpectrum& spectrum, const PitchFinding& finding);

/// How often people press a key, before anything is heard: every key from C2 to C6 as often as any other, and
/// those beyond the less, the farther they lie (a Gaussian of an octave). Not learnt: the sounds that the
/// model learns from were played at random keys of that range, and their edges would be learnt with it.
double keyPrior(double note);

/// A multinomial logistic regression, beside that prior.
struct KeyModel {
  KeyFeatures mean, scale;  ///< a feature counts as (its value - mean) * scale
  std::array<std::array<double, kKeyFeatures + 1>, kKeyAnswers>
      weights;  ///< the last of each is its constant
};

/// What `bench_keys` has fitted; in key_weights.cpp, with the command and the figures.
extern const KeyModel kKeyModel;

/// How likely each answer is; they add up to 1.
/// @param lowestNote  the lowest pitch as MIDI note
/// @param prior       of a key, above 0
std::array<double, kKeyAnswers> keyProbabilities(const KeyFeatures& features, double lowestNote,
                                                 const KeyModel& model = kKeyModel,
                                                 double (*prior)(double) = keyPrior);

/// Index into `kKeyShifts` of the note that is heard: the lowest pitch, or by the octave rule the octave
/// above. It is what is played, as another synth's patches mostly sound at their keys, whichever key is the
/// likeliest.
std::size_t heardNote(const KeyFeatures& features);

}  // namespace patchpilot
