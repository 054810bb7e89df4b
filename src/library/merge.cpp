#include "library/merge.h"

#include "base/draft_file.h"
#include "base/error.h"
#include "library/compatibility.h"
#include "library/shard.h"

#include <algorithm>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr int kBatch = 1000;

/// Gives back what became of a shard's attempts, one after the other.
class ShardReader {
 public:
  explicit ShardReader(Library& shard)
      : shard_(shard), skipped_(shard.attempts().skipped()), end_(shard.counts().nextAttempt) {}

  /// @param index  the shard's next
  /// @return nothing behind the last
  std::optional<LibraryAttempt> read(std::uint64_t index) {
    if (index >= end_) return std::nullopt;
    if (next_ == page_.size()) turnPage();
    if (next_ < page_.size() && page_[next_].index == index) return std::move(page_[next_++]);
    LibraryAttempt attempt;
    attempt.index = index;
    attempt.fate = LibraryAttempt::Fate::silent;
    if (const auto found = skipped_.find(index); found != skipped_.end()) {
      attempt.fate = LibraryAttempt::Fate::skipped;
      attempt.problem = found->second;
    }
    return attempt;
  }

 private:
  /// A shard that holds nothing but what was drawn counts its patches from 1 on.
  void turnPage() {
    page_ = shard_.attempts().keptAfter(lastId_, kBatch);
    lastId_ += std::int64_t(page_.size());
    next_ = 0;
  }

  Library& shard_;
  std::map<std::uint64_t, std::string> skipped_;
  std::uint64_t end_;
  std::vector<LibraryAttempt> page_;
  std::size_t next_ = 0;
  std::int64_t lastId_ = 0;
};

void checkShard(Library& shard) {
  const std::string file = shard.file().string();
  const Shard& s = shard.settings().shard;
  if (s.of == 1) failInput("{} is no shard; name files that 'library build --shard' made", file);
  if (!shard.presets().kept().empty())
    failInput("{} holds presets that were added; build the shard anew, and add them to the merged library",
              file);
  const LibraryCounts counts = shard.counts();
  if (const auto wanted = patchesOfShard(s, s.count, counts); counts.patches < wanted)
    failInput("{} is not finished: it has {} of its {} patches; run the command again that builds it", file,
              counts.patches, wanted);
  for (std::size_t i = 0; i < shard.settings().embedders.size(); ++i) shard.embeddings().requireWhole(i);
}

void checkSame(const Library& first, const Library& other) {
  const LibrarySettings& a = first.settings();
  LibrarySettings b = other.settings();
  const std::string files =
      fmt::format("{} and {} cannot be merged", first.file().string(), other.file().string());
  if (a.shard.of != b.shard.of)
    failInput("{}: one is a shard of {}, the other of {}; name the shards of one library", files, a.shard.of,
              b.shard.of);
  if (a.shard.count != b.shard.count)
    failInput("{}: one was built for {} patches, the other for {}; build them with the same --count", files,
              a.shard.count, b.shard.count);
  if (a.around != b.around)
    failInput("{}: they were drawn around other presets; build one of them anew", files);
  b.shard.number = a.shard.number;
  try {
    checkCompatible(first, b);
  } catch (const Error& error) {
    failInput("{}: {}", files, error.what());
  }
}

/// In the order of their numbers. @throws as `mergeShards`.
std::vector<Library> openShards(const std::vector<fs::path>& files) {
  std::vector<Library> shards;
  for (const auto& file : files) {
    shards.push_back(Library::open(file));
    checkShard(shards.back());
    checkSame(shards.front(), shards.back());
  }
  const auto number = [](const Library& shard) { return shard.settings().shard.number; };
  std::stable_sort(shards.begin(), shards.end(),
                   [&](const auto& a, const auto& b) { return number(a) < number(b); });
  for (std::size_t i = 1; i < shards.size(); ++i)
    if (number(shards[i - 1]) == number(shards[i]))
      failInput("{} and {} are both shard {} of {}; leave one out", shards[i - 1].file().string(),
                shards[i].file().string(), number(shards[i]), shards[i].settings().shard.of);
  return shards;
}

void requireAll(const std::vector<Library>& shards) {
  const Shard& shard = shards.front().settings().shard;
  std::string missing;
  std::size_t next = 0;
  for (int number = 1; number <= shard.of; ++number) {
    if (next < shards.size() && shards[next].settings().shard.number == number) ++next;
    else missing += (missing.empty() ? "" : ", ") + std::to_string(number);
  }
  if (!missing.empty())
    failInput("of the {} shards these are missing: {}; build them with '--shard {}/{}' and name them too",
              shard.of, missing, missing.substr(0, missing.find(',')), shard.of);
}

/// A library that goes away unless it is moved to its place.
class StagedLibrary {
 public:
  StagedLibrary(const fs::path& final, const LibrarySettings& settings) : final_(final) {
    if (fs::exists(final)) failExists();
    draft_.emplace(final, "merging");
    removeJournal();  // of a merge that was killed
    library_.emplace(Library::create(draft_->path(), settings));
  }
  ~StagedLibrary() {
    library_.reset();
    if (draft_) removeJournal();
  }

  Library& library() { return *library_; }

  void commit() {
    library_.reset();
    if (!draft_->putWhereNothingIs()) failExists();
  }

 private:
  [[noreturn]] void failExists() const {
    failUsage("{} exists already; choose another name, or remove it", final_.string());
  }

  void removeJournal() {
    std::error_code ignored;
    fs::remove(draft_->path().string() + "-journal", ignored);
  }

  fs::path final_;
  std::optional<DraftFile>
      draft_;  ///< closed behind the library: a process that closes a file drops SQLite's locks on it
  std::optional<Library> library_;
};

}  // namespace

MergeReport mergeShards(const std::vector<fs::path>& files, const fs::path& out,
                        const std::function<void(std::uint64_t, std::uint64_t)>& onProgress,
                        const std::stop_token& stop) {
  std::vector<Library> shards = openShards(files);
  requireAll(shards);
  LibrarySettings settings = shards.front().settings();
  MergeReport report;
  report.wanted = settings.shard.count;
  settings.shard = {};
  StagedLibrary staged(out, settings);
  std::vector<ShardReader> readers(shards.begin(), shards.end());
  std::vector<LibraryAttempt> batch;
  std::uint64_t index = 0;
  for (; report.patches < report.wanted; ++index) {
    auto attempt = readers[index % readers.size()].read(index);
    if (!attempt) break;
    report.patches += attempt->fate == LibraryAttempt::Fate::kept;
    report.silent += attempt->fate == LibraryAttempt::Fate::silent;
    batch.push_back(std::move(*attempt));
    if (batch.size() < kBatch) continue;
    if (stop.stop_requested()) return report;
    staged.library().attempts().append(batch, index + 1);
    batch.clear();
    if (onProgress) onProgress(report.patches, report.wanted);
  }
  staged.library().attempts().append(batch, index);
  staged.commit();
  return report;
}

}  // namespace patchpilot
