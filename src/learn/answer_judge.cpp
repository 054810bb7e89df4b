#include "learn/answer_judge.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

namespace patchpilot {

AnswerJudge::AnswerJudge(std::shared_ptr<Engine> engine, std::vector<JudgedSound> sounds)
    : engine_(std::move(engine)), all_(std::move(sounds)) {
  std::vector<Patch> patches;
  for (const JudgedSound& sound : all_) patches.push_back(Patch::point(sound.values));
  std::vector<RenderJob> jobs;
  for (std::size_t i = 0; i < patches.size(); ++i)
    jobs.push_back({i, &patches[i], all_[i].note, all_[i].seconds});
  const auto renders = renderAll(*engine_, jobs);
  for (std::size_t i = 0; i < renders.size(); ++i) {
    if (!renders[i]) continue;
    MssSpectrum spectrum = mssSpectrum(*renders[i]);
    if (spectrum.samples() == 0) continue;
    kept_.push_back(i);
    spectra_.push_back(std::move(spectrum));
  }
  if (kept_.empty()) failPlugin("not one of the sounds that are held back could be rendered again");
}

Score AnswerJudge::judge(std::size_t answers, const AnswersTo& answersTo) const {
  std::vector<Patch> patches;
  std::vector<std::size_t> places;  ///< of the sound that each answers
  for (std::size_t place = 0; place < kept_.size(); ++place)
    for (std::vector<float>& values : answersTo(place)) {
      patches.push_back(Patch::point(std::move(values)));
      places.push_back(place);
    }
  std::vector<double> best(kept_.size(), std::numeric_limits<double>::infinity());
  std::mutex mutex;
  std::size_t at = 0;
  engine_->render(
      [&]() -> std::optional<RenderJob> {
        if (at == patches.size()) return std::nullopt;
        const JudgedSound& sound = all_[kept_[places[at]]];
        const RenderJob job{at, &patches[at], sound.note, sound.seconds};
        ++at;
        return job;
      },
      [&](const RenderOutcome& outcome) {
        if (outcome.status != RenderOutcome::Status::ok) return;
        const auto spectrum = finiteMssSpectrum(outcome.audio.left, outcome.audio.right);
        if (!spectrum) return;
        const std::size_t place = places[std::size_t(outcome.tag)];
        const double distance = mss(spectra_[place], *spectrum);
        const std::lock_guard lock(mutex);
        best[place] = std::min(best[place], distance);
      });
  double sum = 0;
  std::size_t answered = 0;
  for (const double one : best)
    if (std::isfinite(one)) sum += one, ++answered;
  Score score;
  score.worth = answered > 0 ? sum / double(answered) : std::numeric_limits<double>::infinity();
  score.figures = {{fmt::format("mss_of_best/{}", answers), score.worth}, {"sounds", double(answered)}};
  score.text = fmt::format("MSS of the best of {}: {:.2f}", answers, score.worth);
  return score;
}

}  // namespace patchpilot
