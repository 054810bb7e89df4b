#include "library/builder.h"

#include "audio/level.h"
#include "base/error.h"

#include <chrono>
#include <cmath>
#include <mutex>

namespace patchpilot {

namespace {

/// What is lost at most when the power goes.
constexpr double kSecondsBetweenCommits = 2.0;
constexpr std::size_t kLargestBatch = 2000;

/// Where so many patches in a row are silent or fail, more will not help.
constexpr std::uint64_t kHopelessAttempts = 1000;

double rmsDb(const StereoView& audio) {
  double total = 0;
  constexpr std::size_t kBlock = 8192;
  for (const auto& channel : {audio.left, audio.right})
    for (std::size_t begin = 0; begin < channel.size(); begin += kBlock)
      total += sumOfSquares(channel.subspan(begin, std::min(kBlock, channel.size() - begin)));
  const double mean = total / double(std::max<std::size_t>(1, 2 * audio.left.size()));
  return 10 * std::log10(std::max(mean, 1e-16));
}

/// Draws attempts, takes their renders in whatever order, and writes them down in theirs.
class Builder {
 public:
  Builder(Library& library, const Synth& synth, const BuildOptions& options)
      : library_(library), synth_(synth), options_(options), settings_(library.settings()),
        embedder_(makeEmbedder(settings_.embedderName, settings_.embedderVersion)), counts_(library.counts()),
        nextToIssue_(counts_.nextAttempt), nextToWrite_(counts_.nextAttempt), written_(counts_.nextAttempt) {}

  bool run() {
    if (counts_.patches >= options_.count) return true;
    RenderPool pool(synth_, {.workers = options_.workers, .longestSeconds = settings_.durationSeconds});
    try {
      pool.run([this] { return next(); }, [this](const RenderOutcome& outcome) { take(outcome); });
    } catch (...) {
      commitWhatIsThere();
      throw;
    }
    commit();
    return counts_.patches >= options_.count;
  }

 private:
  struct Pending {
    LibraryAttempt attempt;
    std::size_t rendersLeft = 0;
    double loudestDb = -1000;
  };

  /// The next render: all notes of one attempt, then the next attempt's.
  std::optional<RenderJob> next() {
    std::lock_guard lock(mutex_);
    if (counts_.patches >= options_.count) return std::nullopt;
    if (noteIndex_ == 0) {
      Pending& fresh = pending_[nextToIssue_];
      fresh.attempt.index = nextToIssue_;
      fresh.attempt.patch.values = synth_.space().draw(settings_.seed, nextToIssue_);
      fresh.rendersLeft = settings_.notes.size();
    }
    const std::uint64_t tag = nextToIssue_ * settings_.notes.size() + noteIndex_;
    const RenderJob job{tag, &pending_.at(nextToIssue_).attempt.patch,
                        {settings_.notes[noteIndex_], settings_.velocity, settings_.lengthSeconds},
                        settings_.durationSeconds};
    noteIndex_ = (noteIndex_ + 1) % settings_.notes.size();
    if (noteIndex_ == 0) ++nextToIssue_;
    return job;
  }

  void take(const RenderOutcome& outcome) {
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
    if (!problem.empty()) pending.attempt.problem = problem;
    else pending.loudestDb = std::max(pending.loudestDb, row.rmsDb);
    if (!row.embedding.empty()) pending.attempt.rows.push_back(std::move(row));
    if (--pending.rendersLeft == 0) writeInOrder();
  }

  void writeInOrder() {
    for (auto it = pending_.find(nextToWrite_); it != pending_.end() && it->second.rendersLeft == 0;
         it = pending_.find(++nextToWrite_)) {
      if (counts_.patches >= options_.count) return;
      LibraryAttempt attempt = std::move(it->second.attempt);
      if (!attempt.problem.empty()) attempt.fate = LibraryAttempt::Fate::skipped;
      else if (attempt.rows.empty()) attempt.fate = LibraryAttempt::Fate::silent;
      count(attempt.fate);
      batch_.push_back(std::move(attempt));
      pending_.erase(it);
    }
    const auto now = Clock::now();
    const bool due = now - lastCommit_ > std::chrono::duration<double>(kSecondsBetweenCommits);
    if (due || batch_.size() >= kLargestBatch) commit();
    if (options_.onProgress) options_.onProgress({counts_.patches, options_.count, counts_.silent, counts_.skipped});
  }

  void count(LibraryAttempt::Fate fate) {
    fruitless_ = fate == LibraryAttempt::Fate::kept ? 0 : fruitless_ + 1;
    counts_.patches += fate == LibraryAttempt::Fate::kept;
    counts_.silent += fate == LibraryAttempt::Fate::silent;
    counts_.skipped += fate == LibraryAttempt::Fate::skipped;
    if (fruitless_ >= kHopelessAttempts && counts_.patches == 0)
      failPlugin("not one of the first {} patches of space {} made a sound on {} ({} silent, {} failed); check the "
                 "space's ranges with 'patchpilot render --space {} --random 1'",
                 fruitless_, synth_.space().name, synth_.plugin().name, counts_.silent, counts_.skipped, synth_.space().name);
  }

  void commit() {
    if (batch_.empty() && written_ == nextToWrite_) return;
    if (library_.counts().nextAttempt != written_)
      failSystem("{} is being filled by another process; wait for it to end", library_.file().string());
    library_.append(batch_, nextToWrite_);
    written_ = nextToWrite_;
    batch_.clear();
    lastCommit_ = Clock::now();
  }

  /// After an error: what came before it is kept if it can be, and the first error is the one told.
  void commitWhatIsThere() {
    try {
      commit();
    } catch (const Error&) {
    }
  }

  using Clock = std::chrono::steady_clock;

  Library& library_;
  const Synth& synth_;
  const BuildOptions& options_;
  const LibrarySettings& settings_;
  std::unique_ptr<Embedder> embedder_;
  std::mutex mutex_;
  LibraryCounts counts_;
  std::uint64_t nextToIssue_;
  std::uint64_t nextToWrite_;
  std::uint64_t written_;
  std::size_t noteIndex_ = 0;
  std::uint64_t fruitless_ = 0;
  std::map<std::uint64_t, Pending> pending_;
  std::vector<LibraryAttempt> batch_;
  Clock::time_point lastCommit_ = Clock::now();
};

std::string describeNotes(const LibrarySettings& s) {
  std::string notes;
  for (const int note : s.notes) notes += (notes.empty() ? "" : ",") + std::to_string(note);
  return fmt::format("notes {} at velocity {}, let go after {:g} s, heard for {:g} s", notes, s.velocity,
                     s.lengthSeconds, s.durationSeconds);
}

}  // namespace

LibrarySettings librarySettings(const Synth& synth) {
  LibrarySettings settings;
  const auto embedder = makeEmbedder();
  settings.spaceToml = synth.space().toml;
  settings.spaceName = synth.space().name;
  settings.spaceFingerprint = synth.space().fingerprint();
  settings.synthFormat = synth.plugin().format;
  settings.synthId = synth.plugin().id;
  settings.synthName = synth.plugin().name;
  settings.synthVersion = synth.plugin().version;
  settings.base = synth.base();
  settings.embedderName = embedder->name();
  settings.embedderVersion = embedder->version();
  return settings;
}

void checkCompatible(const Library& library, const LibrarySettings& wanted) {
  const LibrarySettings& have = library.settings();
  const std::string file = library.file().string();
  if (have.synthFormat != wanted.synthFormat || have.synthId != wanted.synthId)
    failInput("{} holds patches of {} ({}), not of {} ({}); choose another file", file, have.synthName, have.synthFormat,
              wanted.synthName, wanted.synthFormat);
  if (have.synthVersion != wanted.synthVersion)
    failInput("{} was made with {} {}, installed is {}; build a new library, or install that version", file,
              have.synthName, have.synthVersion, wanted.synthVersion);
  if (have.spaceName != wanted.spaceName || have.spaceFingerprint != wanted.spaceFingerprint)
    failInput("{} was made with another parameter space ({}, fingerprint {:.8}; now it is {}, {:.8}); build a new library",
              file, have.spaceName, have.spaceFingerprint, wanted.spaceName, wanted.spaceFingerprint);
  if (have.base != wanted.base)
    failInput("{} was made with another base preset; name the same one, or build a new library", file);
  if (have.seed != wanted.seed)
    failInput("{} was made with seed {}, not {}; build a new library, or leave --seed out", file, have.seed, wanted.seed);
  if (describeNotes(have) != describeNotes(wanted))
    failInput("{} has {}; asked for are {}; give the same, or build a new library", file, describeNotes(have), describeNotes(wanted));
  if (have.embedderName != wanted.embedderName || have.embedderVersion != wanted.embedderVersion)
    failInput("{} has embeddings of {} version {}, this program makes {} version {}; build a new library", file,
              have.embedderName, have.embedderVersion, wanted.embedderName, wanted.embedderVersion);
}

bool buildLibrary(Library& library, const Synth& synth, const BuildOptions& options) {
  return Builder(library, synth, options).run();
}

}  // namespace patchpilot
