// How likely the notes that were played are found to be, and how far off their lengths, by the analysis of
// the sound, by networks that know the synth, and by both with several shares of the say (`kByNetworks` in
// listen/likely_notes.cpp).
//   bench_note_guesses TARGETS SPACE
#include "eval/target_set.h"
#include "listen/likely_notes.h"
#include "match/sources.h"
#include "propose/note_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

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

double octavesApart(double a, double b) { return std::abs(std::log2(std::max(a, 1e-3) / std::max(b, 1e-3))); }

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    fmt::print(stderr, "usage: bench_note_guesses TARGETS SPACE\n");
    return 2;
  }
  Sources sources;
  openSpace(sources, argv[2], {});
  const NoteModels models(sources.engines, {});
  const NetworkFeatureExtractor extract;
  const double says[] = {0, 0.25, 0.5, 0.75, 0.9, 1};
  std::map<double, Tally> tallies;
  std::map<std::string, std::vector<double>> errors;
  const TargetSet set = readTargetSet(argv[1]);
  for (const TargetEntry& entry : set.entries) {
    const Target target = readTarget(entry.file, {});
    const auto heard = likelyNotes(target);
    const auto [learned, length] = models.guess(extract(target.sound.channel(0), target.sound.channel(1)));
    if (learned.empty()) {
      fmt::print(stderr, "there is no network of notes for {}\n", argv[2]);
      return 1;
    }
    const double played = entry.played().lengthSeconds;
    const double byAnalysis = octavesApart(target.lengthSeconds, played),
                 byNetwork = octavesApart(*length, played);
    errors["analysis"].push_back(byAnalysis);
    errors["networks"].push_back(byNetwork);
    errors["the nearer of both"].push_back(std::min(byAnalysis, byNetwork));
    for (const double say : says) {
      std::map<int, double> shares;
      for (const NoteGuess& guess : heard) shares[guess.note] += (1 - say) * guess.confidence;
      for (const NoteGuess& guess : learned) shares[guess.note] += say * guess.confidence;
      tallies[say].add(shares, entry.note);
    }
  }
  fmt::print(
      "| say of the networks | right | among the {} likeliest | surprise |\n| --- | --- | --- | --- |\n",
      kFew);
  const auto count = double(set.entries.size());
  for (const auto& [say, tally] : tallies)
    fmt::print("| {:g} | {:.0f} % | {:.0f} % | {:.2f} |\n", say, 100 * double(tally.right) / count,
               100 * double(tally.amongFew) / count, tally.surprise / count);
  fmt::print("\n| length | wrong by, median | wrong by more than half an octave |\n| --- | --- | --- |\n");
  for (auto& [name, all] : errors) {
    std::sort(all.begin(), all.end());
    const auto wrong = std::count_if(all.begin(), all.end(), [](double error) { return error > 0.5; });
    fmt::print("| {} | {:.2f} octaves | {:.0f} % |\n", name, all[all.size() / 2],
               100 * double(wrong) / count);
  }
} catch (const std::exception& error) {
  fmt::print(stderr, "bench_note_guesses: {}\n", error.what());
  return 1;
}
