#include "ingest/library_builder.h"

#include "base/error.h"
#include "ingest/silence_causes.h"
#include "ingest/timed_batch.h"

#include <deque>

namespace patchpilot {

namespace {

/// Where so many patches in a row are silent or fail, more will not help.
constexpr std::uint64_t kHopelessAttempts = 1000;

/// Draws attempts, takes their renders in whatever order, and writes them down in theirs.
class Builder {
 public:
  Builder(Library& library, const Synth& synth, const BuildOptions& options, DrawPatch draw)
      : library_(library),
        synth_(synth),
        options_(options),
        draw_(std::move(draw)),
        shard_(library.settings().shard),
        counts_(library.counts()),
        wanted_(patchesOfShard(shard_, options.count, counts_)),
        nextToIssue_(counts_.nextAttempt),
        nextToWrite_(counts_.nextAttempt) {}

  bool run() {
    if (counts_.patches >= wanted_) return true;
    try {
      render([this] { return next(); }, [this](RenderedPatch rendered) { take(std::move(rendered)); });
    } catch (...) {
      batch_.commitIfItCan();
      throw;
    }
    batch_.commit();
    if (const std::string note = causes_.text(); !note.empty() && options_.onNote) options_.onNote(note);
    return counts_.patches >= wanted_;
  }

 private:
  void render(const NextPatch& next, const TakePatch& take) {
    if (options_.render) options_.render(next, take);
    else
      PatchRenderer(synth_, library_.settings(), renderKeeping(library_, options_.keepAudio))
          .run(options_.workers, next, take, options_.stop);
  }

  std::optional<Patch> next() {
    if (counts_.patches >= wanted_) return std::nullopt;
    DrawnPatch drawn = draw_(nextToIssue_);
    nextToIssue_ += std::uint64_t(shard_.of);
    sources_.push_back(std::move(drawn.sources));
    return std::move(drawn.patch);
  }

  void take(RenderedPatch rendered) {
    LibraryAttempt attempt;
    attempt.sources = std::move(sources_.front());
    sources_.pop_front();
    if (counts_.patches >= wanted_) return;
    attempt.index = nextToWrite_;
    nextToWrite_ += std::uint64_t(shard_.of);
    attempt.patch = std::move(rendered.patch);
    attempt.rows = std::move(rendered.rows);
    attempt.problem = std::move(rendered.problem);
    if (!attempt.problem.empty()) attempt.fate = LibraryAttempt::Fate::skipped;
    else if (attempt.rows.empty()) attempt.fate = LibraryAttempt::Fate::silent;
    if (attempt.problem.empty() && !attempt.patch.isPreset())
      causes_.add(attempt.patch.values(), attempt.fate == LibraryAttempt::Fate::silent);
    count(attempt.fate);
    batch_.add(std::move(attempt));
    if (options_.onProgress) options_.onProgress({counts_.patches, wanted_, counts_.silent, counts_.skipped});
  }

  void count(LibraryAttempt::Fate fate) {
    fruitless_ = fate == LibraryAttempt::Fate::kept ? 0 : fruitless_ + 1;
    counts_.patches += fate == LibraryAttempt::Fate::kept;
    counts_.silent += fate == LibraryAttempt::Fate::silent;
    counts_.skipped += fate == LibraryAttempt::Fate::skipped;
    wanted_ = patchesOfShard(shard_, options_.count, counts_);
    if (fruitless_ >= kHopelessAttempts && counts_.patches == 0)
      failPlugin(
          "not one of the first {} patches of space {} made a sound on {} ({} silent, {} failed); check the "
          "space's ranges with 'patchpilot render --space {} --random 1'. A synth that plays samples is "
          "silent without one: add presets that bring theirs ('patchpilot library add')",
          fruitless_, synth_.space().name, synth_.plugin().name, counts_.silent, counts_.skipped,
          synth_.space().name);
  }

  void write(const std::vector<LibraryAttempt>& batch) {
    library_.attempts().append(batch, batch.back().index + std::uint64_t(shard_.of));
  }

  Library& library_;
  const Synth& synth_;
  const BuildOptions& options_;
  DrawPatch draw_;
  Shard shard_;
  LibraryCounts counts_;
  std::uint64_t wanted_;
  std::uint64_t nextToIssue_;
  std::uint64_t nextToWrite_;
  std::deque<std::vector<std::string>> sources_;  ///< of the patches that are being rendered
  std::uint64_t fruitless_ = 0;
  SilenceCauses causes_{synth_.space()};
  TimedBatch<LibraryAttempt> batch_{[this](const std::vector<LibraryAttempt>& batch) { write(batch); }};
};

}  // namespace

bool buildLibrary(Library& library, const Synth& synth, const BuildOptions& options) {
  if (!options.draw && synth.space().parameters.empty())
    failInput(
        "space {} has no parameters, so no patches can be drawn for {}; add presets instead: 'patchpilot "
        "library add "
        "--factory', or with their folder",
        synth.space().name, synth.plugin().name);
  const auto uniform = [&](std::uint64_t index) {
    return DrawnPatch{Patch::point(synth.space().draw(library.settings().seed, index)), {}};
  };
  return Builder(library, synth, options, options.draw ? options.draw : uniform).run();
}

}  // namespace patchpilot
