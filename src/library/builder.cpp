#include "library/builder.h"

#include "base/error.h"
#include "library/default_embedder.h"
#include "library/timed_batch.h"

#include <algorithm>
#include <cmath>
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
    return counts_.patches >= wanted_;
  }

 private:
  void render(const NextPatch& next, const TakePatch& take) {
    if (options_.render) options_.render(next, take);
    else
      PatchRenderer(synth_, library_.settings(), renderKeeping(library_, options_.keepAudio))
          .run(options_.workers, next, take);
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
          "space's ranges with 'patchpilot render --space {} --random 1'",
          fruitless_, synth_.space().name, synth_.plugin().name, counts_.silent, counts_.skipped,
          synth_.space().name);
  }

  void write(const std::vector<LibraryAttempt>& batch) {
    library_.append(batch, batch.back().index + std::uint64_t(shard_.of));
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
  TimedBatch<LibraryAttempt> batch_{[this](const std::vector<LibraryAttempt>& batch) { write(batch); }};
};

std::string describeNotes(const LibrarySettings& s) {
  std::string notes;
  for (const int note : s.notes) notes += (notes.empty() ? "" : ",") + std::to_string(note);
  return fmt::format("notes {} at velocity {}, let go after {:g} s, heard for {:g} s", notes, s.velocity,
                     s.lengthSeconds, s.durationSeconds);
}

std::string describeEmbedders(const LibrarySettings& s) {
  std::string text;
  for (const EmbedderInfo& one : s.embedders) {
    text += fmt::format("{}{} version {}", text.empty() ? "" : ", ", one.name, one.version);
    if (!one.weights.empty()) text += fmt::format(" (weights of hash {:.8})", one.weights);
  }
  return text;
}

std::string describe(const Shard& shard) {
  return shard.of == 1 ? "a whole library" : fmt::format("shard {} of {}", shard.number, shard.of);
}

}  // namespace

Synth openLibrarySynth(const Library& library, SynthOptions options) {
  const LibrarySettings& settings = library.settings();
  options.baseState = settings.base;
  options.ownBase = settings.ownBase;
  ParameterSpace space = parseSpace(settings.spaceToml, library.file().string());
  // What a space tells of its parameters besides what its patches mean may be more by now.
  for (ParameterSpace& installed : installedSpaces())
    if (installed.name == space.name && installed.fingerprint() == settings.spaceFingerprint)
      space = std::move(installed);
  if (settings.ownBase) space.base.values.clear();  // a preset that the user named stood as it was
  Synth synth(std::move(space), std::move(options));
  // A plug-in that has changed since does not make the same sounds.
  if (settings.synthVersion != synth.plugin().version)
    failInput("{} was made with {} {}, installed is {}; build a new library, or install that version",
              library.file().string(), synth.plugin().name, settings.synthVersion, synth.plugin().version);
  return synth;
}

LibrarySettings librarySettings(const Synth& synth) { return librarySettings(synth, firstEmbedders(synth)); }

LibrarySettings librarySettings(const Synth& synth, std::vector<EmbedderInfo> embedders) {
  LibrarySettings settings;
  settings.spaceToml = synth.space().toml;
  settings.spaceName = synth.space().name;
  settings.spaceFingerprint = synth.space().fingerprint();
  settings.synthFormat = synth.plugin().format;
  settings.synthId = synth.plugin().id;
  settings.synthName = synth.plugin().name;
  settings.synthVersion = synth.plugin().version;
  settings.base = synth.base();
  settings.embedders = std::move(embedders);
  return settings;
}

void checkCompatible(const Library& library, const LibrarySettings& wanted) {
  const LibrarySettings& have = library.settings();
  const std::string file = library.file().string();
  if (have.synthFormat != wanted.synthFormat || have.synthId != wanted.synthId)
    failInput("{} holds patches of {} ({}), not of {} ({}); choose another file", file, have.synthName,
              have.synthFormat, wanted.synthName, wanted.synthFormat);
  if (have.synthVersion != wanted.synthVersion)
    failInput("{} was made with {} {}, installed is {}; build a new library, or install that version", file,
              have.synthName, have.synthVersion, wanted.synthVersion);
  if (have.spaceName != wanted.spaceName || have.spaceFingerprint != wanted.spaceFingerprint)
    failInput(
        "{} was made with another parameter space ({}, fingerprint {:.8}; now it is {}, {:.8}); build a new "
        "library",
        file, have.spaceName, have.spaceFingerprint, wanted.spaceName, wanted.spaceFingerprint);
  if (have.base != wanted.base)
    failInput("{} was made with another base preset; name the same one, or build a new library", file);
  if (!have.sampling.empty() && have.sampling != wanted.sampling)
    failInput("{} was begun with {} sampling, asked for is {}; give the same, or build a new library", file,
              have.sampling, wanted.sampling);
  if (have.shard.number != wanted.shard.number || have.shard.of != wanted.shard.of)
    failInput("{} is {}, asked for is {}; give the same --shard, or choose another file", file,
              describe(have.shard), describe(wanted.shard));
  if (!have.sampling.empty() && have.seed != wanted.seed)
    failInput("{} was made with seed {}, not {}; build a new library, or leave --seed out", file, have.seed,
              wanted.seed);
  if (describeNotes(have) != describeNotes(wanted))
    failInput("{} has {}; asked for are {}; give the same, or build a new library", file, describeNotes(have),
              describeNotes(wanted));
  if (!std::equal(have.embedders.begin(), have.embedders.end(), wanted.embedders.begin(),
                  wanted.embedders.end(), areComparable))
    failInput(
        "{} has embeddings of {}, asked for are those of {}; what a library begins with is settled when it "
        "is made, and "
        "'patchpilot library embed' adds others",
        file, describeEmbedders(have), describeEmbedders(wanted));
}

std::uint64_t patchesOfShard(const Shard& shard, std::uint64_t count, const LibraryCounts& counts) {
  if (shard.of == 1) return count;
  const auto share =
      (count + std::uint64_t(shard.of) - std::uint64_t(shard.number)) / std::uint64_t(shard.of);
  // Losses scatter like a Poisson count; four deviations hold for thousands of shards.
  return share + std::uint64_t(std::ceil(4 * std::sqrt(double(counts.silent + counts.skipped + 1))));
}

bool buildLibrary(Library& library, const Synth& synth, const BuildOptions& options) {
  const auto uniform = [&](std::uint64_t index) {
    return DrawnPatch{{synth.space().draw(library.settings().seed, index), {}, {}}, {}};
  };
  return Builder(library, synth, options, options.draw ? options.draw : uniform).run();
}

}  // namespace patchpilot
