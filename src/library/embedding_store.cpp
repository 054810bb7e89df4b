#include "library/embedding_store.h"

#include "audio/level.h"
#include "library/row_store.h"
#include "library/schema.h"

#include <fmt/ranges.h>

namespace patchpilot {

namespace {

/// The id of an embedding in the tables.
std::int64_t idOf(std::size_t embedding) { return std::int64_t(embedding + 1); }

}  // namespace

std::size_t EmbeddingStore::place(const std::string& embedder) const {
  std::vector<std::string> names;
  for (const EmbedderInfo& one : file_.settings.embedders) {
    if (one.name == embedder) return names.size();
    names.push_back(one.name);
  }
  failInput(
      "{0} holds no embeddings of {1}, only of {2}; 'patchpilot library embed {0} --with {1}' adds them",
      file_.path.string(), embedder, fmt::join(names, ", "));
}

int EmbeddingStore::dimension(std::size_t embedding) const {
  return file_.settings.embedders[embedding].dimension;
}

EmbeddingCounts EmbeddingStore::counts(std::size_t embedding) {
  const std::uint64_t all = RowStore(file_).count();
  if (file_.hasOldRows) return {all, 0};
  auto select = file_.database.prepare(
      "SELECT rows, (SELECT count(*) FROM failures WHERE embedding = ?1) FROM embeddings WHERE id = ?1");
  select.bind(1, idOf(embedding)).step();
  const std::int64_t rows = select.integer(0);
  if (rows < 0 || rows > std::int64_t(all))
    file_.failDamaged("it counts {} vectors of {} for {} renders", rows,
                      file_.settings.embedders[embedding].name, all);
  return {std::uint64_t(rows), std::uint64_t(select.integer(1))};
}

bool EmbeddingStore::isWhole(std::size_t embedding) {
  const EmbeddingCounts have = counts(embedding);
  return have.rows + have.failed >= RowStore(file_).count();
}

void EmbeddingStore::requireWhole(std::size_t embedding) {
  if (isWhole(embedding)) return;
  failInput(
      "{0} holds embeddings of {1} for {2} of its {3} renders; 'patchpilot library embed {0} --with {1}' "
      "goes on with them",
      file_.path.string(), file_.settings.embedders[embedding].name, counts(embedding).rows,
      RowStore(file_).count());
}

std::size_t EmbeddingStore::add(const EmbedderInfo& embedder) {
  const std::size_t place = file_.settings.embedders.size();
  Transaction transaction(file_.database);
  addEmbeddingTables(file_.database, place, embedder);
  transaction.commit();
  file_.settings.embedders.push_back(embedder);
  return place;
}

void EmbeddingStore::forget(std::size_t embedding, const EmbedderInfo& embedder) {
  Transaction transaction(file_.database);
  file_.database.execute("DELETE FROM " + vectorTable(embedding));
  auto forget = file_.database.prepare("DELETE FROM failures WHERE embedding = ?");
  forget.bind(1, idOf(embedding)).run();
  auto update = file_.database.prepare(
      "UPDATE embeddings SET version = ?, dimension = ?, weights = ?, rows = 0 WHERE id = ?");
  update.bind(1, std::int64_t(embedder.version))
      .bind(2, std::int64_t(embedder.dimension))
      .bind(3, embedder.weights)
      .bind(4, idOf(embedding))
      .run();
  transaction.commit();
  file_.settings.embedders[embedding] = embedder;
}

std::vector<RowKey> EmbeddingStore::rowsWithout(std::size_t embedding, RowKey after, bool kept, int limit) {
  auto select = file_.database.prepare(
      fmt::format("SELECT id FROM rows WHERE id > ? AND NOT EXISTS (SELECT 1 FROM {} WHERE row = rows.id)"
                  " AND EXISTS (SELECT 1 FROM audio WHERE row = rows.id) = ? ORDER BY id LIMIT ?",
                  vectorTable(embedding)));
  select.bind(1, rowNumber(after)).bind(2, std::int64_t(kept)).bind(3, std::int64_t(limit));
  std::vector<RowKey> rows;
  while (select.step()) rows.push_back(rowKey(select.integer(0)));
  return rows;
}

void EmbeddingStore::append(std::size_t embedding, const std::vector<RowEmbedding>& batch) {
  Transaction transaction(file_.database);
  auto forget = file_.database.prepare("DELETE FROM failures WHERE embedding = ? AND row = ?");
  for (const RowEmbedding& one : batch) {
    forget.bind(1, idOf(embedding)).bind(2, rowNumber(one.row)).run();
    if (one.vector.empty()) putFailure(embedding, one.row, one.problem);
    else put(embedding, one.row, one.vector);
  }
  transaction.commit();
}

void EmbeddingStore::put(std::size_t embedding, const RowKey& row, std::span<const float> vector) {
  const EmbedderInfo& embedder = file_.settings.embedders.at(embedding);
  const auto refuse = [&](const std::string& why) {
    failInput(
        "{}: the vector of {} for patch {}, note {} {}; check that the embedder is the one that the library "
        "was made with",
        file_.path.string(), embedder.name, row.patch, row.note, why);
  };
  if (vector.size() != std::size_t(embedder.dimension))
    refuse(fmt::format("has {} values instead of {}", vector.size(), embedder.dimension));
  if (containsNonFinite(vector)) refuse("holds values that are no numbers");
  auto insert = file_.database.prepare(fmt::format("INSERT INTO {} VALUES (?, ?)", vectorTable(embedding)));
  insert.bind(1, rowNumber(row)).bindFloats(2, vector).run();
  auto count = file_.database.prepare("UPDATE embeddings SET rows = rows + 1 WHERE id = ?");
  count.bind(1, idOf(embedding)).run();
}

void EmbeddingStore::putFailure(std::size_t embedding, const RowKey& row, const std::string& problem) {
  auto insert = file_.database.prepare("INSERT INTO failures VALUES (?, ?, ?)");
  insert.bind(1, idOf(embedding)).bind(2, rowNumber(row)).bind(3, problem).run();
}

std::vector<std::string> EmbeddingStore::failedProblems(std::size_t embedding, int limit) {
  auto select =
      file_.database.prepare("SELECT row, problem FROM failures WHERE embedding = ? ORDER BY row LIMIT ?");
  select.bind(1, idOf(embedding)).bind(2, std::int64_t(limit));
  std::vector<std::string> problems;
  while (select.step()) {
    const RowKey row = rowKey(select.integer(0));
    problems.push_back(fmt::format("patch {}, note {}: {}", row.patch, row.note, select.text(1)));
  }
  return problems;
}

void EmbeddingStore::forEachRow(const std::function<void(std::int64_t, int, std::span<const float>)>& use,
                                std::uint64_t limit, std::size_t embedding) {
  std::vector<float> vector(static_cast<std::size_t>(dimension(embedding)));
  auto select = selectVectors(embedding, 0, kEndOfPatches);
  for (std::uint64_t row = 0; row < limit && select.step(); ++row) {
    if (select.size(2) != vector.size() * sizeof(float)) continue;
    select.floats(2, vector);
    if (!containsNonFinite(vector)) use(select.integer(0), int(select.integer(1)), vector);
  }
}

EmbeddingTable EmbeddingStore::all(std::size_t embedding) {
  EmbeddingTable table;
  table.dimension = dimension(embedding);
  table.vectors.reserve(counts(embedding).rows * std::size_t(table.dimension));
  forEachRow(
      [&](std::int64_t patch, int note, std::span<const float> vector) {
        table.patches.push_back(patch);
        table.notes.push_back(note);
        table.vectors.insert(table.vectors.end(), vector.begin(), vector.end());
      },
      ~std::uint64_t(0), embedding);
  return table;
}

std::vector<std::pair<int, std::vector<float>>> EmbeddingStore::of(std::size_t embedding,
                                                                   std::int64_t patch) {
  std::vector<std::pair<int, std::vector<float>>> vectors;
  auto select = selectVectors(embedding, patch, patch + 1);
  while (select.step()) vectors.emplace_back(int(select.integer(1)), select.floats(2));
  return vectors;
}

EmbeddingGlance EmbeddingStore::glance(std::size_t embedding) {
  constexpr int kLooks = 16;
  EmbeddingGlance glance;
  glance.rows = counts(embedding).rows;
  auto last = file_.database.prepare(
      file_.hasOldRows ? "SELECT max(patch) FROM main.rows"
                       : fmt::format("SELECT max(row) / {} FROM {}", kNotes, vectorTable(embedding)));
  last.step();
  glance.lastPatch = last.integer(0);
  for (int look = 0; look <= kLooks; ++look) {
    auto row = selectVectors(embedding, glance.lastPatch * look / kLooks, kEndOfPatches);
    if (row.step()) glance.some.push_back(row.floats(2));
  }
  return glance;
}

/// Patch, note and vector of the rows of the patches from `first` up to before `end`.
Statement EmbeddingStore::selectVectors(std::size_t embedding, std::int64_t first, std::int64_t end) {
  Statement select = file_.database.prepare(
      file_.hasOldRows
          ? "SELECT patch, note, embedding FROM main.rows WHERE patch >= ? AND patch < ? ORDER BY patch, note"
          : fmt::format("SELECT row / {0}, row % {0}, vector FROM {1} WHERE row >= ? * {0} AND row < ? * {0} "
                        "ORDER BY row",
                        kNotes, vectorTable(embedding)));
  select.bind(1, first).bind(2, end);
  return select;
}

}  // namespace patchpilot
