#pragma once

#include "library/database.h"

#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot {

/// Every row of every table of a library, as text: two libraries with the same text hold the same, to the
/// bit.
inline std::string rowsOf(const std::filesystem::path& file) {
  Database database(file, Database::Mode::readOnly);
  std::string text;
  const auto add = [&](const std::string& query) {
    auto select = database.prepare(query);
    while (select.step()) text += select.text(0) + "\n";
  };
  add("SELECT key || ' ' || quote(value) FROM settings ORDER BY key");
  add("SELECT id || ' ' || quote(attempt) || quote(parameters) || quote(state) || quote(source) FROM patches "
      "ORDER BY id");
  add("SELECT id || ' ' || quote(rms_db) FROM rows ORDER BY id");
  add("SELECT id || ' ' || name || ' ' || version || ' ' || dimension || ' ' || rows || ' ' || weights FROM "
      "embeddings ORDER BY id");
  const auto tables = [&] {
    std::vector<std::string> names;
    auto select = database.prepare(
        "SELECT name FROM sqlite_master WHERE name LIKE 'vectors\\_%' ESCAPE '\\' ORDER BY name");
    while (select.step()) names.push_back(select.text(0));
    return names;
  };
  for (const auto& table : tables())
    add("SELECT row || ' ' || quote(vector) FROM " + table + " ORDER BY row");
  add("SELECT embedding || ' ' || row || ' ' || problem FROM failures ORDER BY embedding, row");
  add("SELECT row || ' ' || scale || ' ' || quote(flac) FROM audio ORDER BY row");
  add("SELECT attempt || ' ' || problem FROM skipped ORDER BY attempt");
  add("SELECT patch || ' ' || source || ' ' || own FROM lineage ORDER BY patch, source");
  add("SELECT id || ' ' || hash || ' ' || quote(deflated) FROM pieces ORDER BY id");
  add("SELECT id || ' ' || hash || ' ' || pieces FROM states ORDER BY id");
  return text;
}

}  // namespace patchpilot
