#include "ingest/patch_renderer.h"

#include "audio/audibility.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

/// A render that is fainter, and no more than so much louder than what is heard before the note, is the
/// plug-in's own noise.
constexpr double kFaintDb = -40, kOwnNoiseDb = 6;

}  // namespace

double renderLevelDb(const StereoView& audio) {
  double total = 0;
  constexpr std::size_t kBlock = 8192;
  for (const auto& channel : {audio.left, audio.right})
    for (std::size_t begin = 0; begin < channel.size(); begin += kBlock)
      total += sumOfSquares(channel.subspan(begin, std::min(kBlock, channel.size() - begin)));
  const double mean = total / double(std::max<std::size_t>(1, 2 * audio.left.size()));
  return 10 * std::log10(std::max(mean, 1e-16));
}

RenderKeeping renderKeeping(const Library& library, bool audio) {
  return {library.settings().embedders, audio, library.file().string()};
}

std::string noVector(const std::string& embedder) {
  return fmt::format("gave a sound of which {} makes no vector of numbers", embedder);
}

PatchRenderer::PatchRenderer(const Synth& synth, const LibrarySettings& settings,
                             const RenderKeeping& keeping, bool wantStates)
    : synth_(synth), settings_(settings), wantStates_(wantStates), keepAudio_(keeping.audio) {
  for (const EmbedderInfo& embedder : keeping.embedders)
    embedders_.push_back(makeEmbedder(embedder, keeping.library));
}

void PatchRenderer::run(int workers, const NextPatch& next, const TakePatch& take, std::stop_token stop) {
  pending_.clear();
  issued_ = taken_ = 0;
  noteIndex_ = 0;
  if (!pool_)
    pool_ = std::make_unique<RenderPool>(synth_, RenderPoolOptions{workers, settings_.durationSeconds});
  pool_->run([&] { return nextJob(next); }, [&](const RenderOutcome& outcome) { finish(outcome, take); }, {},
             std::move(stop));
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
  RenderJob job{issued_ * settings_.notes.size() + noteIndex_,
                &pending_.at(issued_).rendered.patch,
                {settings_.notes[noteIndex_], settings_.velocity, settings_.lengthSeconds},
                settings_.durationSeconds};
  job.wantState = wantStates_ && noteIndex_ == 0;
  noteIndex_ = (noteIndex_ + 1) % settings_.notes.size();
  if (noteIndex_ == 0) ++issued_;
  return job;
}

/// No embeddings if it failed or is silent.
LibraryRow PatchRenderer::heard(const RenderOutcome& outcome, std::string& problem) const {
  LibraryRow row;
  row.note = settings_.notes[outcome.tag % settings_.notes.size()];
  problem = outcome.problem;
  if (outcome.status != RenderOutcome::Status::ok) return row;
  row.rmsDb = renderLevelDb(outcome.audio);
  if (!outcome.audio.isFinite()) problem = "gave samples that are no numbers";
  else if (!std::isfinite(row.rmsDb)) problem = "gave samples that are too large to be heard";
  if (!problem.empty() || row.rmsDb < kSilentDb || isSilent(outcome.audio.left, outcome.audio.right))
    return row;
  // A sampler without a sample, say, sounds the noise of its effects, whatever is played.
  if (row.rmsDb < kFaintDb && outcome.idleRms > 0 &&
      20 * std::log10(double(outcome.idleRms)) > row.rmsDb - kOwnNoiseDb)
    return row;
  for (const auto& embedder : embedders_) {
    auto& vector = row.embeddings.emplace_back(std::size_t(embedder->dimension()));
    embedder->embedNote(outcome.audio.left, outcome.audio.right, row.note, vector);
    if (containsNonFinite(vector)) problem = noVector(embedder->name());
  }
  if (!problem.empty()) row.embeddings.clear();
  if (keepAudio_) row.audio = encodeFlac(outcome.audio.left, outcome.audio.right);
  return row;
}

void PatchRenderer::finish(const RenderOutcome& outcome, const TakePatch& take) {
  std::string problem;
  LibraryRow row = heard(outcome, problem);
  std::lock_guard lock(mutex_);
  Pending& pending = pending_.at(outcome.tag / settings_.notes.size());
  if (!problem.empty()) pending.rendered.problem = problem;
  if (!outcome.state.empty()) pending.rendered.loadedState = outcome.state;
  if (!row.embeddings.empty()) pending.rendered.rows.push_back(std::move(row));
  if (--pending.rendersLeft > 0) return;
  for (auto it = pending_.find(taken_); it != pending_.end() && it->second.rendersLeft == 0;
       it = pending_.find(++taken_)) {
    RenderedPatch rendered = std::move(it->second.rendered);
    pending_.erase(it);
    const auto place = [&](const LibraryRow& r) {
      return std::find(settings_.notes.begin(), settings_.notes.end(), r.note);
    };
    std::sort(rendered.rows.begin(), rendered.rows.end(),
              [&](const auto& a, const auto& b) { return place(a) < place(b); });
    take(std::move(rendered));
  }
}

}  // namespace patchpilot
