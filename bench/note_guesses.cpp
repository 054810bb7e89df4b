// How likely the notes that were played are found to be, by the analysis of the sound, by networks that know
// the synth, and by both with several shares of the say (`kByNetworks` in listen/likely_notes.cpp).
//   bench_note_guesses TARGETS SPACE
#include "eval/target_set.h"
#include "listen/likely_notes.h"
#include "match/sources.h"
#include "propose/note_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

using namespace patchpilot;

namespace {

/// What a note has that is not among the guesses.
constexpr double kLeast = 1e-3;
constexpr std::size_t kFew = 4;

struct Tally {
  std::size_t right = 0, amongFew = 0;
  double surprise = 0;

  void add(const std::map<int, double>& shares, int played) {
    const auto found = shares.find(played);
    const double share = found == shares.end() ? 0 : found->second;
    const auto likelier =
        std::count_if(shares.begin(), shares.end(), [&](const auto& other) { return other.second > share; });
    right += share > 0 && likelier == 0;
    amongFew += share > 0 && likelier < std::ptrdiff_t(kFew);
    surprise -= std::log(std::max(share, kLeast));
  }
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    fmt::print(stderr, "usage: bench_note_guesses TARGETS SPACE\n");
    return 2;
  }
  Sources sources;
  openSpace(sources, argv[2], {});
  const NoteModels models(sources.engines, {});
  const double says[] = {0, 0.25, 0.5, 0.75, 0.9, 1};
  std::map<double, Tally> tallies;
  const TargetSet set = readTargetSet(argv[1]);
  for (const TargetEntry& entry : set.entries) {
    const Target target = readTarget(entry.file, {});
    const auto heard = likelyNotes(target), learned = models.guesses(target);
    if (learned.empty()) {
      fmt::print(stderr, "there is no network of notes for {}\n", argv[2]);
      return 1;
    }
    for (const double say : says) {
      std::map<int, double> shares;
      for (const NoteGuess& guess : heard) shares[guess.note] += (1 - say) * guess.confidence;
      for (const NoteGuess& guess : learned) shares[guess.note] += say * guess.confidence;
      tallies[say].add(shares, entry.note);
    }
  }
  fmt::print("| say of the networks | right | among the {} likeliest | surprise |\n| --- | --- | --- | --- |\n",
             kFew);
  const auto count = double(set.entries.size());
  for (const auto& [say, tally] : tallies)
    fmt::print("| {:g} | {:.0f} % | {:.0f} % | {:.2f} |\n", say, 100 * double(tally.right) / count,
               100 * double(tally.amongFew) / count, tally.surprise / count);
} catch (const std::exception& error) {
  fmt::print(stderr, "bench_note_guesses: {}\n", error.what());
  return 1;
}
