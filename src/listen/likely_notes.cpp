#include "listen/likely_notes.h"

#include "audio/pitch.h"

#include <algorithm>
#include <array>
#include <map>

namespace patchpilot {

namespace {

/// How likely the note that is heard is at least.
constexpr double kLeastHeard = 0.1;

/// It comes before its octaves if it is one that is played.
constexpr double kAhead = 1.01;

/// What the analysis leaves open is shared out between intervals and common notes.
constexpr double kLeastOpen = 0.1, kByIntervals = 0.5;
constexpr std::array kIntervals{1, -1, 2, -2, 5, -5, 7, -7};
constexpr std::array kCommonNotes{60, 54, 66, 48, 72};

/// The say of networks, if there are any: of sounds of their synth they know more than the analysis
/// (`bench/note_guesses`), of other sounds nothing.
constexpr double kByNetworks = 0.75;

/// Rarer notes are not worth a render.
constexpr double kLeastShare = 0.01;

/// What the sound alone says; the shares add up to anything.
std::map<int, double> sharesByAnalysis(const Target& target) {
  std::map<int, double> shares;
  double likeliest = kLeastHeard;
  for (const NoteGuess& other : target.otherNotes) {
    shares[other.note] += other.confidence;
    likeliest = std::max(likeliest, other.confidence);
  }
  // Other octaves may be likelier than the note that is heard, and are right less often (docs/benchmarks.md),
  // unless it is one that is hardly ever played.
  const bool isPlayed = keyPrior(target.note) == 1;
  shares[target.note] += std::max(isPlayed ? kAhead * likeliest : kLeastHeard, target.noteConfidence);
  double heard = 0;
  for (const auto& [note, share] : shares) heard += share;
  const double open = std::max(kLeastOpen, 1 - heard);
  for (const int interval : kIntervals)
    shares[target.note + interval] +=
        open * kByIntervals / double(kIntervals.size()) * keyPrior(target.note + interval);
  for (const int note : kCommonNotes) shares[note] += open * (1 - kByIntervals) / double(kCommonNotes.size());
  std::erase_if(shares, [](const auto& one) { return one.first < kLowestNote || one.first > kHighestNote; });
  return shares;
}

double sumOf(const std::map<int, double>& shares) {
  double sum = 0;
  for (const auto& [note, share] : shares) sum += share;
  return sum;
}

}  // namespace

std::vector<NoteGuess> likelyNotes(const Target& target, std::span<const NoteGuess> learned) {
  if (!target.noteOpen) return {{target.note, 1}};
  std::map<int, double> shares = sharesByAnalysis(target);
  if (!learned.empty()) {
    const double scale = (1 - kByNetworks) / sumOf(shares);
    for (auto& [note, share] : shares) share *= scale;
    for (const NoteGuess& guess : learned) shares[guess.note] += kByNetworks * guess.confidence;
  }
  const double all = sumOf(shares);
  std::vector<NoteGuess> guesses;
  for (const auto& [note, share] : shares)
    if (share >= kLeastShare * all) guesses.push_back({note, share});
  double sum = 0;
  for (const NoteGuess& guess : guesses) sum += guess.confidence;
  for (NoteGuess& guess : guesses) guess.confidence /= sum;
  std::stable_sort(guesses.begin(), guesses.end(),
                   [](const NoteGuess& a, const NoteGuess& b) { return a.confidence > b.confidence; });
  return guesses;
}

}  // namespace patchpilot
