#include "match/ranking.h"

#include "audio/level.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

namespace patchpilot {

std::vector<Candidate> rankByRendering(const Target& target, std::vector<Proposal> proposals,
                                       std::vector<Instrument>& instruments, int velocity,
                                       std::vector<std::string>& problems,
                                       const std::function<void(std::size_t)>& onProgress) {
  const Note note{target.note, velocity, target.lengthSeconds};
  std::vector<Candidate> candidates;
  std::mutex mutex;
  std::size_t done = 0;
  for (std::size_t synth = 0; synth < instruments.size(); ++synth) {
    std::vector<std::size_t> own;
    for (std::size_t i = 0; i < proposals.size(); ++i)
      if (proposals[i].synth == synth) own.push_back(i);
    if (own.empty()) continue;
    std::size_t position = 0;
    const auto next = [&]() -> std::optional<RenderJob> {
      if (position == own.size()) return std::nullopt;
      const std::size_t index = own[position++];
      return RenderJob{index, &proposals[index].patch, note, target.sound.seconds()};
    };
    const auto take = [&](const RenderOutcome& outcome) {
      Candidate candidate;
      std::string problem = outcome.problem;
      if (outcome.status == RenderOutcome::Status::ok) {
        candidate.sound = outcome.audio.copy();
        if (containsNonFinite(candidate.sound)) {
          problem = "gave samples that are no numbers";
        } else {
          candidate.spectrum = mssSpectrum(candidate.sound);
          candidate.mss = mss(target.spectrum, candidate.spectrum);
        }
      }
      std::lock_guard lock(mutex);
      if (onProgress) onProgress(++done);
      if (!problem.empty()) {
        problems.push_back(fmt::format("{}: {}", proposals[outcome.tag].origin, problem));
        return;
      }
      candidate.proposal = proposals[outcome.tag];
      candidates.push_back(std::move(candidate));
    };
    instruments[synth].pool->run(next, take);
  }
  // Renders come in no certain order; equal distances are told apart by the matcher's own score.
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.mss, a.proposal.score, a.proposal.origin) < std::tie(b.mss, b.proposal.score, b.proposal.origin);
  });
  return candidates;
}

std::vector<std::size_t> chooseDifferent(const std::vector<Candidate>& ranked, std::size_t count) {
  std::vector<std::size_t> chosen, near;
  for (std::size_t i = 0; i < ranked.size() && chosen.size() < count; ++i) {
    const bool differs = std::all_of(chosen.begin(), chosen.end(), [&](std::size_t other) {
      return mss(ranked[i].spectrum, ranked[other].spectrum) >= kLeastDifference;
    });
    (differs ? chosen : near).push_back(i);
  }
  for (std::size_t i = 0; i < near.size() && chosen.size() < count; ++i) chosen.push_back(near[i]);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace patchpilot
