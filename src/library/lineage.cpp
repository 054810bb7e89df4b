#include "library/lineage.h"

namespace patchpilot {

void Lineage::add(std::int64_t patch, const std::vector<std::string>& sources, bool own) {
  auto insert = file_.database.prepare("INSERT OR IGNORE INTO lineage (patch, source, own) VALUES (?, ?, ?)");
  for (const auto& source : sources) insert.bind(1, patch).bind(2, source).bind(3, std::int64_t(own)).run();
}

std::vector<std::string> Lineage::sources(std::int64_t patch) {
  auto select = file_.database.prepare("SELECT source FROM lineage WHERE patch = ? ORDER BY source");
  select.bind(1, patch);
  std::vector<std::string> sources;
  while (select.step()) sources.push_back(select.text(0));
  return sources;
}

std::set<std::string> Lineage::withDuplicates(const std::set<std::string>& sources) {
  std::set<std::string> all = sources;
  for (const auto& source : sources)
    if (const auto preset = presetWith(source); preset != 0)
      for (auto& other : this->sources(preset)) all.insert(std::move(other));
  return all;
}

std::unordered_set<std::int64_t> Lineage::patchesFrom(const std::set<std::string>& sources) {
  auto select = file_.database.prepare("SELECT patch FROM lineage WHERE source = ?");
  std::unordered_set<std::int64_t> patches;
  for (const auto& source : sources) {
    select.reset();
    select.bind(1, source);
    while (select.step()) patches.insert(select.integer(0));
  }
  return patches;
}

std::int64_t Lineage::presetWith(const std::string& source) {
  auto select = file_.database.prepare("SELECT patch FROM lineage WHERE source = ? AND own = 1");
  return select.bind(1, source).step() ? select.integer(0) : 0;
}

}  // namespace patchpilot
