#include "library/attempts.h"

#include "audio/level.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

double rmsDb(const StereoView& audio) {
  double total = 0;
  constexpr std::size_t kBlock = 8192;
  for (const auto& channel : {audio.left, audio.right})
    for (std::size_t begin = 0; begin < channel.size(); begin += kBlock)
      total += sumOfSquares(channel.subspan(begin, std::min(kBlock, channel.size() - begin)));
  const double mean = total / double(std::max<std::size_t>(1, 2 * audio.left.size()));
  return 10 * std::log10(std::max(mean, 1e-16));
}

}  // namespace

void PatchRenderer::run(int workers, const NextPatch& next, const TakePatch& take) {
  pending_.clear();
  issued_ = taken_ = 0;
  noteIndex_ = 0;
  if (!pool_) pool_ = std::make_unique<RenderPool>(synth_, RenderPoolOptions{workers, settings_.durationSeconds});
  pool_->run([&] { return nextJob(next); }, [&](const RenderOutcome& outcome) { finish(outcome, take); });
}

/// All notes of one patch, then the next patch's.
std::optional<RenderJob> PatchRenderer::nextJob(const NextPatch& next) {
  std::lock_guard lock(mutex_);
  if (noteIndex_ == 0) {
    auto patch = next();
    if (!patch) return std::nullopt;
    Pending& fresh = pending_[issued_];
    fresh.rendered.patch = std::move(*patch);
    fresh.rendersLeft = settings_.notes.size();
  }
  RenderJob job{issued_ * settings_.notes.size() + noteIndex_, &pending_.at(issued_).rendered.patch,
                {settings_.notes[noteIndex_], settings_.velocity, settings_.lengthSeconds}, settings_.durationSeconds};
  job.wantState = wantStates_ && noteIndex_ == 0;
  noteIndex_ = (noteIndex_ + 1) % settings_.notes.size();
  if (noteIndex_ == 0) ++issued_;
  return job;
}

void PatchRenderer::finish(const RenderOutcome& outcome, const TakePatch& take) {
  LibraryRow row;
  row.note = settings_.notes[outcome.tag % settings_.notes.size()];
  std::string problem = outcome.problem;
  if (outcome.status == RenderOutcome::Status::ok) {
    row.rmsDb = rmsDb(outcome.audio);
    if (!std::isfinite(row.rmsDb)) problem = "gave samples that are no numbers";
    else if (row.rmsDb >= kSilentDb) {
      row.embedding.resize(std::size_t(embedder_->dimension()));
      embedder_->embed(outcome.audio.left, outcome.audio.right, row.embedding);
    }
  }
  std::lock_guard lock(mutex_);
  Pending& pending = pending_.at(outcome.tag / settings_.notes.size());
  if (!problem.empty()) pending.rendered.problem = problem;
  if (!outcome.state.empty()) pending.rendered.loadedState = outcome.state;
  if (!row.embedding.empty()) pending.rendered.rows.push_back(std::move(row));
  if (--pending.rendersLeft > 0) return;
  for (auto it = pending_.find(taken_); it != pending_.end() && it->second.rendersLeft == 0; it = pending_.find(++taken_)) {
    RenderedPatch rendered = std::move(it->second.rendered);
    pending_.erase(it);
    const auto place = [&](const LibraryRow& r) { return std::find(settings_.notes.begin(), settings_.notes.end(), r.note); };
    std::sort(rendered.rows.begin(), rendered.rows.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
    take(std::move(rendered));
  }
}

}  // namespace patchpilot
