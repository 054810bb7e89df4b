#include "library/audio_store.h"

namespace patchpilot {

void AudioStore::put(const RowKey& row, const Flac& audio) {
  auto insert = file_.database.prepare("INSERT INTO audio VALUES (?, ?, ?)");
  insert.bind(1, rowNumber(row)).bind(2, audio.scale).bindBytes(3, audio.bytes).run();
  auto count = file_.database.prepare(
      "INSERT INTO settings VALUES ('audio_rows', 1), ('audio_bytes', ?) ON CONFLICT (key) DO UPDATE SET "
      "value = value + excluded.value");
  count.bind(1, std::int64_t(audio.bytes.size())).run();
}

Flac AudioStore::get(const RowKey& row) {
  auto select = file_.database.prepare("SELECT scale, flac FROM audio WHERE row = ?");
  return select.bind(1, rowNumber(row)).step() ? Flac{select.bytes(1), select.real(0)} : Flac{};
}

AudioCounts AudioStore::counts() {
  auto select = file_.database.prepare(
      "SELECT (SELECT value FROM settings WHERE key = 'audio_rows'), (SELECT value FROM settings WHERE key = "
      "'audio_bytes')");
  select.step();
  return {std::uint64_t(select.integer(0)), std::uint64_t(select.integer(1))};
}

}  // namespace patchpilot
