#include "audio/pitch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

#include "audio/pitch_scores.h"
#include "audio/resample.h"

namespace patchpilot {
namespace {

constexpr double kRatio = 4;  ///< of sampling rates, for notes beyond
/// Below and above, a pitch may be a multiple or a part of one beyond the range.
constexpr double kMaybeLowHz = 120, kMaybeHighHz = 1300;
/// Overtones that are no multiples of a note, as FM makes them, look like a high pitch of their own.
constexpr double kMostBeside = 0.45;
constexpr std::size_t kMaxFrames = 24;
constexpr double kPitchedAbove = 0.2;  ///< mean score of a pitched sound; noise stays below 0.1
constexpr double kForeignShare = 0.2;  ///< power outside the partials of the note that makes a chord

/// A candidate made exact: the frequency of the loudest of its first partials, divided by its number.
double refined(const PowerSpectrum& spectrum, double hz) {
  const std::vector<double>& power = spectrum.power;
  const double binsPerHz = 1 / spectrum.binHz;
  std::size_t peak = 0;
  int number = 1;
  for (int h = 1; h <= 6; ++h) {
    const auto from = std::size_t(h * hz * 0.965 * binsPerHz),
               to = std::size_t(h * hz * 1.035 * binsPerHz) + 2;
    if (to + 1 >= power.size()) break;
    const auto best =
        std::max_element(power.begin() + std::ptrdiff_t(from), power.begin() + std::ptrdiff_t(to));
    const auto at = std::size_t(best - power.begin());
    const bool isPeak = at > from && at + 1 < to;
    if (isPeak && *best > power[peak]) {
      peak = at;
      number = h;
    }
  }
  if (peak == 0 || power[peak] <= 0) return hz;
  // The logarithm of a Hann window's peak is close to a parabola.
  const double a = std::log(power[peak - 1] + 1e-30), b = std::log(power[peak]),
               c = std::log(power[peak + 1] + 1e-30);
  const double shift = a - 2 * b + c < 0 ? 0.5 * (a - c) / (a - 2 * b + c) : 0;
  return (double(peak) + shift) / binsPerHz / number;
}

/// How much of the power between 50 Hz and 5 kHz lies in narrow peaks that are no partials of `hz`.
double foreignPeaks(const PowerSpectrum& spectrum, double hz) {
  const std::vector<double>& power = spectrum.power;
  const double binHz = spectrum.binHz;
  constexpr std::size_t kAside = 12;  // bins to either side where a narrow peak has fallen by 20 dB
  double foreign = 0, total = 0;
  for (auto k = std::size_t(50 / binHz); k < std::size_t(5000 / binHz); ++k) {
    total += power[k];
    const double ratio = double(k) * binHz / hz, nearest = std::max(1.0, std::round(ratio));
    const double tolerance = std::max(0.03 * nearest, 5 * binHz / hz);
    if (std::abs(ratio - nearest) < tolerance) continue;
    const auto around =
        std::max_element(power.begin() + std::ptrdiff_t(k - 4), power.begin() + std::ptrdiff_t(k + 5));
    const double aside = std::min(power[k - kAside], power[k + kAside]);
    if (*around > 100 * aside) foreign += power[k];
  }
  return total > 0 ? foreign / total : 0;
}

/// The scores of the octaves of a candidate and of itself, each the best within 0.4 semitones.
std::array<double, kKeyShifts.size()> octaveScores(const std::vector<double>& totals, int candidate) {
  constexpr int kAround = 2;
  std::array<double, kKeyShifts.size()> scores{};
  for (std::size_t i = 0; i < kKeyShifts.size(); ++i) {
    const int centre = candidate + kKeyShifts[i] * kPitchSteps;
    for (int c = std::max(0, centre - kAround); c <= std::min(kPitchCandidates - 1, centre + kAround); ++c)
      scores[i] = std::max(scores[i], totals[std::size_t(c)]);
  }
  return scores;
}

/// The least confidence that is worth telling.
constexpr double kLeastConfidence = 0.02;

/// The note that is heard, then its octaves that may have been pressed.
/// @param likely      see `keyProbabilities`
/// @param lowestNote  the lowest pitch that fits, as it is in the sound, whatever it was resampled by
std::vector<NoteGuess> likelyKeys(const std::array<double, kKeyAnswers>& likely, const KeyFeatures& features,
                                  double lowestNote) {
  const std::size_t heard = heardNote(features);
  const auto guess = [&](std::size_t i) {
    return NoteGuess{int(std::lround(lowestNote)) + kKeyShifts[i], likely[i]};
  };
  std::vector<NoteGuess> guesses{guess(heard)};
  for (std::size_t i = 0; i < kKeyShifts.size(); ++i)
    if (i != heard && guess(i).note >= 0 && guess(i).note <= 127) guesses.push_back(guess(i));
  return guesses;
}

/// Whether the frequency of a candidate is that of a higher one divided by a whole number: then its comb has
/// teeth where that one's are, whatever sounds.
bool isPartOf(int candidate, int higher) {
  constexpr double kTolerance = 0.35;  // semitones
  const double ratio = std::exp2(double(higher - candidate) / kPitchSteps / 12);
  return ratio > 1.5 && std::abs(12 * std::log2(ratio / std::round(ratio))) < kTolerance;
}

/// Pitches of other pitch classes that fit the sound as well, the best of each class, best first: of two
/// oscillators, or of an oscillator and what a filter rings at, any may be at the key. Each is moved by
/// octaves to where keys are pressed.
/// @param totals    scores of all candidates, of which `best` is the highest
/// @param anyOther  how likely the key is no octave of the best
std::vector<NoteGuess> otherPitches(const std::vector<double>& totals, int best, double anyOther,
                                    int semitones) {
  // Of JX10 and DX10, a class whose score is half as high is the key's in one of four, and else in 1 of 70;
  // of Surge XT's simple space, whose three oscillators are all detuned, in one of eleven down to a fifth.
  constexpr double kHigh = 0.5, kHighIsKey = 0.25, kLow = 0.2, kLowIsKey = 0.15;
  constexpr std::size_t kMostClasses = 5;
  constexpr int kAround = kPitchSteps - 1, kLowestPlayed = 36, kHighestPlayed = 84;
  const double limit = kLow * totals[std::size_t(best)];
  std::vector<int> peaks;
  for (int c = 0; c < kPitchCandidates; ++c) {
    const auto first = totals.begin() + std::max(0, c - kAround),
               last = totals.begin() + std::min(kPitchCandidates, c + kAround + 1);
    if (totals[std::size_t(c)] >= limit && std::max_element(first, last) == totals.begin() + c)
      peaks.push_back(c);
  }
  std::stable_sort(peaks.begin(), peaks.end(),
                   [&](int a, int b) { return totals[std::size_t(a)] > totals[std::size_t(b)]; });
  const auto noteOf = [&](int c) {
    return kLowestInRange + int(std::lround(double(c) / kPitchSteps)) + semitones;
  };
  std::vector<int> classes{(noteOf(best) + 120) % 12};
  std::vector<NoteGuess> guesses;
  for (const int peak : peaks) {
    int note = noteOf(peak);
    const int pitchClass = (note + 120) % 12;
    if (guesses.size() == kMostClasses || std::count(classes.begin(), classes.end(), pitchClass) > 0)
      continue;
    classes.push_back(pitchClass);
    while (note < kLowestPlayed) note += 12;
    while (note > kHighestPlayed) note -= 12;
    const bool high = totals[std::size_t(peak)] >= kHigh * totals[std::size_t(best)] && !isPartOf(peak, best);
    guesses.push_back({note, high ? kHighIsKey : kLowIsKey * anyOther});
  }
  return guesses;
}

/// Centres of the moments to look at: up to `kMaxFrames`, evenly spread.
std::vector<std::ptrdiff_t> moments(const SoundPart& part) {
  const std::ptrdiff_t length = part.last - part.first;
  const std::ptrdiff_t margin = std::min<std::ptrdiff_t>(length / 2, 2048);
  const std::ptrdiff_t hop =
      std::max<std::ptrdiff_t>(1024, (length - 2 * margin) / std::ptrdiff_t(kMaxFrames));
  std::vector<std::ptrdiff_t> centres;
  if (length <= 0) return centres;
  for (std::ptrdiff_t centre = part.first + margin; centre <= part.last - margin; centre += hop)
    centres.push_back(centre);
  return centres;
}

/// A pitch from A0 to C8; see `estimatePitch`.
/// @param semitones  how much higher everything is than in `sound`, as it was resampled
PitchEstimate pitchInRange(const AudioBuffer& sound, std::size_t first, std::size_t last, int semitones = 0) {
  const SoundPart part{sound, std::ptrdiff_t(first), std::ptrdiff_t(std::min(last, sound.frames()))};
  const std::vector<std::ptrdiff_t> centres = moments(part);
  std::vector<double> totals(kPitchCandidates);
  std::vector<PitchScores> frames;
  for (const std::ptrdiff_t centre : centres) {
    frames.push_back(pitchScores(part, centre));
    for (std::size_t c = 0; c < kPitchCandidates; ++c)
      totals[c] += frames.back().weight * frames.back().score[c];
  }
  PitchEstimate result;
  const double weight = std::accumulate(frames.begin(), frames.end(), 0.0,
                                        [](double sum, const PitchScores& f) { return sum + f.weight; });
  if (weight <= 0) return result;
  const auto best = int(std::max_element(totals.begin(), totals.end()) - totals.begin());
  PitchFinding finding;
  for (const PitchScores& frame : frames) {
    finding.strength += frame.weight / weight * std::clamp(double(frame.score[std::size_t(best)]), 0.0, 1.0);
    if (std::abs(frame.best - best) <= kPitchSteps) finding.agreeing += frame.weight / weight;
  }
  result.pitched = finding.strength > kPitchedAbove;
  if (!result.pitched) return result;

  const PowerSpectrum spectrum = meanPower(part, centres);
  finding.lowestHz = refined(spectrum, candidateHz(best));
  finding.scores = octaveScores(totals, best);
  result.lowestHz = finding.lowestHz;
  result.keyFeatures = keyFeatures(spectrum, finding);
  const double octaves = semitones / 12.0, lowestNote = hzToNote(finding.lowestHz) + semitones;
  const auto likely = keyProbabilities(result.keyFeatures, lowestNote);
  std::vector<NoteGuess> keys = likelyKeys(likely, result.keyFeatures, lowestNote);
  for (const NoteGuess& other : otherPitches(totals, best, likely.back(), semitones)) keys.push_back(other);
  const double sum = std::accumulate(keys.begin(), keys.end(), 0.0,
                                     [](double all, const NoteGuess& key) { return all + key.confidence; });
  for (NoteGuess& key : keys) key.confidence /= std::max(1.0, sum);
  std::stable_sort(keys.begin() + 1, keys.end(),
                   [](const NoteGuess& a, const NoteGuess& b) { return a.confidence > b.confidence; });
  keys.erase(std::find_if(keys.begin() + 1, keys.end(),
                          [](const NoteGuess& key) { return key.confidence < kLeastConfidence; }),
             keys.end());
  result.note = std::clamp(keys.front().note, kLowestNote, kHighestNote);
  result.confidence = keys.front().confidence;
  result.otherNotes.assign(keys.begin() + 1, keys.end());
  result.hz = finding.lowestHz * std::exp2(octaves + std::round((result.note - lowestNote) / 12));
  result.lowestHz *= std::exp2(octaves);
  result.severalNotes = foreignPeaks(spectrum, finding.lowestHz) > kForeignShare;
  return result;
}

/// Whether a pitch beyond the range is clear, and clearer than the one within it, whose strength is at most
/// `most`.
bool isClearer(const PitchEstimate& beyond, const PitchEstimate& within, double most) {
  constexpr double kStrong = 0.5, kAgreeing = 0.8, kStronger = 0.15;
  const auto strength = [](const PitchEstimate& pitch) { return pitch.keyFeatures[kStrength]; };
  return beyond.pitched && strength(beyond) > kStrong && beyond.keyFeatures[kAgreement] > kAgreeing &&
         strength(beyond) > strength(within) + kStronger && strength(within) <= most;
}

/// Whether most power lies above the range: of a sine at its top, the differences between samples have this
/// share of its power.
bool isHigh(const AudioBuffer& sound, std::size_t first, std::size_t last) {
  constexpr double kShare = 0.35;
  double power = 0, differences = 0;
  for (int c = 0; c < sound.channels(); ++c) {
    const auto samples = sound.channel(c).subspan(first, last - first);
    for (std::size_t i = 1; i < samples.size(); ++i) {
      power += double(samples[i]) * samples[i];
      differences += (double(samples[i]) - samples[i - 1]) * (double(samples[i]) - samples[i - 1]);
    }
  }
  return differences > kShare * power;
}

/// The pitch of a sound beyond the range: of so many samples for each of its own, whose pitch lies within it.
PitchEstimate pitchOfResampled(const AudioBuffer& sound, std::size_t first, std::size_t last, double ratio) {
  AudioBuffer part(sound.channels(), resampledFrames(last - first, 1, ratio));
  for (int c = 0; c < sound.channels(); ++c) {
    const auto samples = resample(sound.channel(c).subspan(first, last - first), 1, ratio);
    std::copy(samples.begin(), samples.end(), part.channel(c).begin());
  }
  return pitchInRange(part, 0, part.frames(), int(std::lround(12 * std::log2(ratio))));
}

}  // namespace

double noteToHz(double note) { return 440 * std::exp2((note - 69) / 12); }

double hzToNote(double hz) { return 69 + 12 * std::log2(hz / 440); }

std::string noteName(int midi) {
  static const char* const kNames[] = {"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};
  return kNames[midi % 12] + std::to_string(midi / 12 - 1);
}

std::optional<NoteName> readNoteName(std::string_view text) {
  constexpr std::array kPitchClasses{9, 11, 0, 2, 4, 5, 7};  // A to G
  constexpr std::array<std::pair<std::string_view, int>, 4> kSigns{
      {{"#", 1}, {"b", -1}, {"\u266f", 1}, {"\u266d", -1}}};
  if (text.empty()) return std::nullopt;
  const char letter = char(text[0] & ~0x20);
  if (letter < 'A' || letter > 'G') return std::nullopt;
  int note = kPitchClasses[std::size_t(letter - 'A')];
  std::size_t length = 1;
  for (const auto& [sign, shift] : kSigns) {
    if (!text.substr(length).starts_with(sign)) continue;
    note += shift;
    length += sign.size();
    break;
  }
  const bool negative = text.substr(length).starts_with('-');
  if (negative) ++length;
  if (length >= text.size() || text[length] < '0' || text[length] > '9') return std::nullopt;
  const int octave = text[length++] - '0';
  note += 12 * ((negative ? -octave : octave) + 1);
  if (note < 0 || note > 127) return std::nullopt;
  return NoteName{note, length};
}

std::optional<int> parseNote(std::string_view text) {
  if (const auto name = readNoteName(text); name && name->length == text.size()) return name->note;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || number > 127) return std::nullopt;
  const std::string_view rest = text.substr(std::size_t(end - text.data()));
  if (rest.empty() || rest == fmt::format(" ({})", noteName(number))) return number;
  return std::nullopt;
}

PitchEstimate estimatePitch(const AudioBuffer& sound, std::size_t first, std::size_t last) {
  last = std::min(last, sound.frames());
  const PitchEstimate pitch = pitchInRange(sound, first, last);
  if (first >= last) return pitch;
  // Beyond the range the same is done at a quarter and at four times the sampling rate.
  const bool maybeLow = !pitch.pitched || pitch.lowestHz < kMaybeLowHz;
  const bool maybeHigh = !pitch.pitched || pitch.lowestHz > kMaybeHighHz || isHigh(sound, first, last);
  if (maybeLow) {
    const PitchEstimate low = pitchOfResampled(sound, first, last, 1.0 / kRatio);
    if (isClearer(low, pitch, 1) && hzToNote(low.lowestHz) < kLowestInRange - 0.5) return low;
  }
  if (maybeHigh) {
    const PitchEstimate high = pitchOfResampled(sound, first, last, kRatio);
    if (isClearer(high, pitch, kMostBeside) && hzToNote(high.lowestHz) > kHighestInRange + 0.5) return high;
  }
  return pitch;
}

}  // namespace patchpilot
