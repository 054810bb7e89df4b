#include "library/preset_store.h"

#include "library/lineage.h"
#include "library/patch_store.h"
#include "library/row_store.h"

namespace patchpilot {

std::vector<std::int64_t> PresetStore::append(const std::vector<PresetRecord>& batch) {
  using Fate = PresetRecord::Fate;
  Transaction transaction(file_.database);
  auto insert = file_.database.prepare(
      "INSERT OR REPLACE INTO presets (content, path, fate, problem, patch) VALUES (?, ?, ?, ?, ?)");
  std::vector<std::int64_t> ids;
  for (const auto& record : batch) {
    const bool kept = record.fate == Fate::kept;
    ids.push_back(kept ? PatchStore(file_).insert(record.patch, std::nullopt) : 0);
    if (kept) RowStore(file_).insert(ids.back(), record.rows);
    const std::int64_t patch = kept ? ids.back() : record.duplicateOf;
    insert.bind(1, record.content)
        .bind(2, record.path)
        .bind(3, std::int64_t(record.fate))
        .bind(4, record.problem)
        .bind(5, patch)
        .run();
    if (kept || record.fate == Fate::duplicate) Lineage(file_).add(patch, record.sources, true);
  }
  transaction.commit();
  return ids;
}

std::optional<PresetRecord> PresetStore::known(const std::string& content) {
  auto select = file_.database.prepare("SELECT path, fate, problem, patch FROM presets WHERE content = ?");
  if (!select.bind(1, content).step()) return std::nullopt;
  PresetRecord record;
  record.content = content;
  record.path = select.text(0);
  record.fate = PresetRecord::Fate(select.integer(1));
  record.problem = select.text(2);
  if (record.fate == PresetRecord::Fate::duplicate) record.duplicateOf = select.integer(3);
  return record;
}

void PresetStore::move(const std::string& content, const std::string& path) {
  Transaction transaction(file_.database);
  auto source = file_.database.prepare(
      "UPDATE patches SET source = ? WHERE id = (SELECT patch FROM presets WHERE content = ?)");
  source.bind(1, path).bind(2, content).run();
  auto preset = file_.database.prepare("UPDATE presets SET path = ? WHERE content = ?");
  preset.bind(1, path).bind(2, content).run();
  transaction.commit();
}

std::vector<KeptPreset> PresetStore::kept() {
  auto select = file_.database.prepare("SELECT patch, path FROM presets WHERE fate = ? ORDER BY patch");
  select.bind(1, std::int64_t(PresetRecord::Fate::kept));
  std::vector<KeptPreset> presets;
  while (select.step()) presets.push_back({select.integer(0), select.text(1)});
  return presets;
}

}  // namespace patchpilot
