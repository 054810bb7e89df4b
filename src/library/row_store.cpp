#include "library/row_store.h"

#include "library/audio_store.h"
#include "library/embedding_store.h"

namespace patchpilot {

void RowStore::insert(std::int64_t patch, const std::vector<LibraryRow>& rows) {
  auto insert = file_.database.prepare("INSERT INTO rows VALUES (?, ?)");
  EmbeddingStore embeddings(file_);
  for (const LibraryRow& row : rows) {
    const RowKey key{patch, row.note};
    insert.bind(1, rowNumber(key)).bind(2, row.rmsDb).run();
    for (std::size_t i = 0; i < row.embeddings.size(); ++i)
      if (row.embeddings[i].empty()) embeddings.putFailure(i, key, "could not be rendered again in a shard");
      else embeddings.put(i, key, row.embeddings[i]);
    if (!row.audio.bytes.empty()) AudioStore(file_).put(key, row.audio);
  }
}

std::vector<LibraryRow> RowStore::of(std::int64_t patch) {
  std::vector<LibraryRow> rows;
  auto levels = selectLevels(patch, patch + 1);
  while (levels.step()) {
    LibraryRow& row = rows.emplace_back();
    row.note = int(levels.integer(1));
    row.rmsDb = levels.real(2);
    row.embeddings.resize(file_.settings.embedders.size());
    row.audio = AudioStore(file_).get({patch, row.note});
  }
  for (std::size_t i = 0; i < file_.settings.embedders.size(); ++i)
    for (auto& [note, vector] : EmbeddingStore(file_).of(i, patch))
      for (LibraryRow& row : rows)
        if (row.note == note) row.embeddings[i] = vector;
  return rows;
}

std::uint64_t RowStore::count() {
  auto select = file_.database.prepare("SELECT count(*) FROM rows");
  select.step();
  return std::uint64_t(select.integer(0));
}

std::vector<RowLevel> RowStore::levels() {
  auto select = selectLevels(0, kEndOfPatches);
  std::vector<RowLevel> levels;
  while (select.step())
    levels.push_back({{select.integer(0), int(select.integer(1))}, float(select.real(2))});
  return levels;
}

/// Patch, note and level of the rows of the patches from `first` up to before `end`.
Statement RowStore::selectLevels(std::int64_t first, std::int64_t end) {
  Statement select = file_.database.prepare(
      file_.hasOldRows
          ? "SELECT patch, note, rms_db FROM main.rows WHERE patch >= ? AND patch < ? ORDER BY patch, note"
          : fmt::format("SELECT id / {0}, id % {0}, rms_db FROM rows WHERE id >= ? * {0} AND id < ? * {0} "
                        "ORDER BY id",
                        kNotes));
  select.bind(1, first).bind(2, end);
  return select;
}

}  // namespace patchpilot
