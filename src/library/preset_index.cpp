#include "library/preset_index.h"

#include "base/draft_file.h"
#include "base/error.h"
#include "library/library.h"
#include "library/schema.h"

#include <algorithm>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr auto kKept = std::int64_t(PresetRecord::Fate::kept);

/// A preset's path from the folder above one of the synth's folders on; nothing if it lies in none of them.
std::optional<std::string> pathWithin(const std::string& path, const std::vector<fs::path>& folders) {
  for (const fs::path& folder : folders) {
    const std::string above = folder.parent_path().string() + "/";
    const std::string own = folder.string();
    const bool inside = path.starts_with(own) && (path.size() == own.size() || path[own.size()] == '/' ||
                                                  path[own.size()] == ' ');  // "bundle (URI)"
    if (inside) return path.substr(above.size());
  }
  return std::nullopt;
}

void copyTables(Database& to, const fs::path& from, std::size_t embeddings) {
  auto attach = to.prepare("ATTACH ? AS source");
  attach.bind(1, from.string()).run();
  Transaction transaction(to);
  to.execute(
      "INSERT INTO presets SELECT * FROM source.presets;"
      "INSERT INTO patches SELECT id, NULL, NULL, NULL, source FROM source.patches WHERE attempt IS NULL;"
      "INSERT INTO lineage SELECT * FROM source.lineage WHERE own = 1;"
      "INSERT INTO rows SELECT * FROM source.rows");
  for (std::size_t i = 0; i < embeddings; ++i)
    to.execute(fmt::format("INSERT INTO {0} SELECT * FROM source.{0}", vectorTable(i)));
  transaction.commit();
}

/// Removes the patches that are not among the presets kept, and what belongs to them.
void removeOthers(Database& database, std::size_t embeddings) {
  const std::string gone = fmt::format("NOT IN (SELECT patch FROM presets WHERE fate = {})", kKept);
  database.execute("DELETE FROM patches WHERE id " + gone + ";DELETE FROM lineage WHERE patch " + gone +
                   fmt::format(";DELETE FROM rows WHERE id / {} ", kNotes) + gone);
  for (std::size_t i = 0; i < embeddings; ++i)
    database.execute(fmt::format("DELETE FROM {} WHERE row / {} {}", vectorTable(i), kNotes, gone) +
                     fmt::format(";UPDATE embeddings SET rows = (SELECT count(*) FROM {}) WHERE id = {}",
                                 vectorTable(i), i + 1));
}

/// Names every preset by its path within the synth's folders; one that lies elsewhere goes.
void shortenPaths(Database& database, const std::vector<fs::path>& folders) {
  std::vector<std::pair<std::string, std::string>> presets;  ///< content and path
  auto select = database.prepare("SELECT content, path FROM presets");
  while (select.step()) presets.emplace_back(select.text(0), select.text(1));
  select.reset();
  auto update = database.prepare("UPDATE presets SET path = ?, problem = '' WHERE content = ?");
  auto remove = database.prepare("DELETE FROM presets WHERE content = ?");
  for (const auto& [content, path] : presets) {
    if (const auto within = pathWithin(path, folders)) update.bind(1, *within).bind(2, content).run();
    else remove.bind(1, content).run();
  }
}

void nameSources(Database& database) {
  database.execute(fmt::format(
      "UPDATE patches SET source = (SELECT path FROM presets WHERE presets.patch = patches.id AND fate = {})",
      kKept));
}

}  // namespace

bool isPresetIndex(const fs::path& library) {
  Database database(library, Database::Mode::readOnly);
  return formatOf(database) == kIndexFormat;
}

PresetIndex::PresetIndex(const fs::path& library)
    : database_(std::make_unique<Database>(library, Database::Mode::readOnly)) {}

std::optional<IndexedPreset> PresetIndex::preset(std::int64_t patch) {
  std::lock_guard lock(mutex_);
  auto select = database_->prepare("SELECT path, content FROM presets WHERE patch = ? AND fate = ?");
  if (!select.bind(1, patch).bind(2, kKept).step()) return std::nullopt;
  return IndexedPreset{patch, select.text(0), select.text(1)};
}

std::vector<IndexedPreset> PresetIndex::kept() {
  std::lock_guard lock(mutex_);
  auto select = database_->prepare("SELECT patch, path, content FROM presets WHERE fate = ? ORDER BY patch");
  select.bind(1, kKept);
  std::vector<IndexedPreset> presets;
  while (select.step()) presets.push_back({select.integer(0), select.text(1), select.text(2)});
  return presets;
}

bool PresetIndex::knows(const std::string& content) {
  std::lock_guard lock(mutex_);
  auto select = database_->prepare("SELECT 1 FROM presets WHERE content = ?");
  return select.bind(1, content).step();
}

IndexReport writePresetIndex(const fs::path& file, const std::vector<fs::path>& folders,
                             const fs::path& out) {
  std::error_code error;
  if (fs::exists(out, error)) failUsage("{} exists already; choose another name, or remove it", out.string());
  Library from =
      Library::open(file, Database::Mode::readWrite);  // a file of an earlier format is brought up to date
  const std::size_t embeddings = from.settings().embedders.size();
  for (std::size_t i = 0; i < embeddings; ++i) from.embeddings().requireWhole(i);
  DraftFile draft(out, "index");
  IndexReport report;
  { Library made = Library::create(draft.path(), from.settings()); }
  {
    Database database(draft.path(), Database::Mode::readWrite);
    copyTables(database, file, embeddings);
    Transaction transaction(database);
    shortenPaths(database, folders);
    removeOthers(database, embeddings);
    nameSources(database);
    database.execute(fmt::format("PRAGMA user_version = {}", kIndexFormat));
    transaction.commit();
    database.execute("DETACH source; VACUUM");
    report.presets = PresetIndex(draft.path()).kept().size();
  }
  report.leftOut = from.counts().patches - report.presets;
  if (report.presets == 0)
    failInput(
        "{} holds no preset that lies in the synth's own folders; add them with 'patchpilot library add "
        "--factory'",
        file.string());
  if (!draft.putWhereNothingIs())
    failUsage("{} exists already; choose another name, or remove it", out.string());
  return report;
}

}  // namespace patchpilot
