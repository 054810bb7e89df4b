#include "ingest/embedding_adder.h"

#include "audio/level.h"
#include "base/error.h"
#include "ingest/patch_renderer.h"
#include "ingest/timed_batch.h"
#include "synth/render_pool.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace patchpilot {

namespace {

/// Rows that are looked up at a time.
constexpr int kPage = 500;

class Adder {
 public:
  Adder(Library& library, std::size_t embedding, const EmbedOptions& options)
      : library_(library),
        embedding_(embedding),
        options_(options),
        embedder_(makeEmbedder(library.settings().embedders[embedding], library.file().string())),
        batch_([this](const std::vector<RowEmbedding>& batch) { write(batch); },
               options.secondsBetweenCommits) {
    progress_ = {library.embeddings().counts(embedding).rows, library.counts().rows, 0};
  }

  EmbedReport run(const std::function<Synth()>& openSynth) {
    try {
      embedKept();
      if (!stopped()) embedRendered(openSynth);
    } catch (...) {
      batch_.commitIfItCan();
      throw;
    }
    batch_.commit();
    report_.finished = !stopped();
    return report_;
  }

 private:
  bool stopped() const { return options_.stop.stop_requested(); }

  /// The next row, of those whose render was kept or of the others.
  std::optional<RowKey> nextRow(bool kept) {
    if (page_.empty()) {
      const auto rows = library_.embeddings().rowsWithout(embedding_, last_, kept, kPage);
      page_.assign(rows.begin(), rows.end());
    }
    if (page_.empty()) return std::nullopt;
    last_ = page_.front();
    page_.pop_front();
    return last_;
  }

  void beginRows() {
    page_.clear();
    last_ = {0, 0};
  }

  void embedKept() {
    beginRows();
    const int count =
        options_.workers > 0 ? options_.workers : int(std::max(1u, std::thread::hardware_concurrency()));
    std::exception_ptr failure;
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i)
      threads.emplace_back([&] {
        try {
          while (!stopped() && embedNextKept()) {
          }
        } catch (...) {
          std::lock_guard lock(mutex_);
          if (!failure) failure = std::current_exception();
        }
      });
    for (auto& thread : threads) thread.join();
    if (failure) std::rethrow_exception(failure);
  }

  bool embedNextKept() {
    std::optional<RowKey> row;
    Flac flac;
    {
      std::lock_guard lock(mutex_);
      row = nextRow(true);
      if (!row) return false;
      flac = library_.audio().get(*row);
    }
    const AudioBuffer sound = decodeFlac(flac, fmt::format("{}: the render of patch {}, note {},",
                                                           library_.file().string(), row->patch, row->note));
    take(*row, {sound.channel(0), sound.channel(1)}, true);
    return true;
  }

  /// A row that is being rendered.
  struct Pending {
    RowKey row;
    std::shared_ptr<const Patch> patch;
  };

  void embedRendered(const std::function<Synth()>& openSynth) {
    beginRows();
    auto first = nextRow(false);
    if (!first) return;
    page_.push_front(*first);
    const Synth synth = openSynth();
    RenderPool pool(synth, {options_.workers, library_.settings().durationSeconds});
    pool.run([&] { return nextJob(); }, [&](const RenderOutcome& outcome) { finish(outcome); }, {},
             options_.stop);
  }

  std::optional<RenderJob> nextJob() {
    std::lock_guard lock(mutex_);
    const auto row = nextRow(false);
    if (!row) return std::nullopt;
    // The notes of a patch come one after the other.
    if (!patch_ || patchId_ != row->patch)
      patch_ = std::make_shared<Patch>(library_.patches().get(patchId_ = row->patch));
    const LibrarySettings& settings = library_.settings();
    pending_[issued_] = {*row, patch_};
    return RenderJob{issued_++,
                     patch_.get(),
                     {row->note, settings.velocity, settings.lengthSeconds},
                     settings.durationSeconds};
  }

  void finish(const RenderOutcome& outcome) {
    RowKey row;
    {
      std::lock_guard lock(mutex_);
      row = pending_.at(outcome.tag).row;
    }
    if (outcome.status == RenderOutcome::Status::ok) take(row, outcome.audio, false);
    else add({row, {}, outcome.problem}, false);
    std::lock_guard lock(mutex_);
    pending_.erase(outcome.tag);
  }

  void take(const RowKey& row, const StereoView& sound, bool kept) {
    RowEmbedding result{row, std::vector<float>(std::size_t(embedder_->dimension())), {}};
    if (sound.isFinite()) embedder_->embedNote(sound.left, sound.right, row.note, result.vector);
    else result = {row, {}, "gave samples that are no numbers"};
    if (containsNonFinite(result.vector)) result = {row, {}, noVector(embedder_->name())};
    add(std::move(result), kept);
  }

  void add(RowEmbedding result, bool kept) {
    std::lock_guard lock(mutex_);
    if (result.vector.empty()) {
      ++report_.failed;
      ++progress_.failed;
    } else {
      ++report_.added;
      report_.fromAudio += kept;
      ++progress_.rows;
    }
    batch_.add(std::move(result));
    if (options_.onProgress) options_.onProgress(progress_);
  }

  void write(std::vector<RowEmbedding> batch) {
    std::sort(batch.begin(), batch.end(), [](const auto& a, const auto& b) { return a.row < b.row; });
    library_.embeddings().append(embedding_, batch);
  }

  Library& library_;
  std::size_t embedding_;
  const EmbedOptions& options_;
  std::unique_ptr<Embedder> embedder_;
  std::mutex mutex_;         ///< of all that follows, and the library
  std::deque<RowKey> page_;  ///< rows that come next
  RowKey last_{0, 0};
  std::int64_t patchId_ = 0;
  std::shared_ptr<const Patch> patch_;
  std::map<std::uint64_t, Pending> pending_;
  std::uint64_t issued_ = 0;
  EmbedReport report_;
  EmbedProgress progress_;
  TimedBatch<RowEmbedding> batch_;
};

}  // namespace

EmbedReport embedRows(Library& library, std::size_t embedding, const std::function<Synth()>& synth,
                      const EmbedOptions& options) {
  return Adder(library, embedding, options).run(synth);
}

}  // namespace patchpilot
