#pragma once

#include "library/database.h"

#include <filesystem>
#include <string>

namespace patchpilot {

/// Every row of every table of a library, as text: two libraries with the same text hold the same, to the bit.
inline std::string rowsOf(const std::filesystem::path& file) {
  Database database(file, Database::Mode::readOnly);
  std::string text;
  const auto add = [&](const char* query) {
    auto select = database.prepare(query);
    while (select.step()) text += select.text(0) + "\n";
  };
  add("SELECT key || ' ' || quote(value) FROM settings ORDER BY key");
  add("SELECT id || ' ' || quote(attempt) || quote(parameters) || quote(state) || quote(source) FROM patches ORDER BY id");
  add("SELECT patch || ' ' || note || ' ' || quote(rms_db) || quote(embedding) FROM rows ORDER BY patch, note");
  add("SELECT attempt || ' ' || problem FROM skipped ORDER BY attempt");
  add("SELECT patch || ' ' || source || ' ' || own FROM lineage ORDER BY patch, source");
  add("SELECT id || ' ' || hash || ' ' || quote(deflated) FROM pieces ORDER BY id");
  add("SELECT id || ' ' || hash || ' ' || pieces FROM states ORDER BY id");
  return text;
}

}  // namespace patchpilot
