#include "library/library_settings.h"

#include "base/error.h"
#include "library/database.h"
#include "library/row.h"
#include "library/schema.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// The longest render that a library can ask for, in seconds.
constexpr double kLongestSeconds = 3600;
/// Values of an embedder's vector, at most.
constexpr int kLargestDimension = 1 << 20;

/// Numbers between commas. @return nothing if there is anything else
std::optional<std::vector<int>> split(const std::string& text) {
  std::vector<int> numbers;
  const char* end = text.data() + text.size();
  for (const char* at = text.data(); at < end; ++at) {
    const auto read = std::from_chars(at, end, numbers.emplace_back());
    if (read.ec != std::errc() || (read.ptr != end && *read.ptr != ',')) return std::nullopt;
    at = read.ptr;
  }
  return numbers;
}

/// What is wrong with settings that were read from a file; empty if nothing is.
std::string problemOf(const LibrarySettings& s) {
  const auto isNote = [](int note) { return note >= 0 && note < kNotes; };
  const auto isLength = [](double seconds) { return seconds > 0 && seconds <= kLongestSeconds; };
  if (s.spaceToml.empty()) return "its settings are incomplete";
  if (s.notes.empty() || !std::all_of(s.notes.begin(), s.notes.end(), isNote))
    return "its notes are not MIDI notes from 0 to 127";
  if (s.velocity < 1 || s.velocity > 127) return fmt::format("its velocity is {}", s.velocity);
  if (!isLength(s.lengthSeconds) || !isLength(s.durationSeconds))
    return fmt::format("its notes last {:g} s and are heard for {:g} s", s.lengthSeconds, s.durationSeconds);
  if (!(s.tempoBpm >= kSlowestBpm && s.tempoBpm <= kFastestBpm))
    return fmt::format("its tempo is {:g} BPM", s.tempoBpm);
  if (s.shard.number < 1 || s.shard.number > s.shard.of)
    return fmt::format("it is shard {} of {}", s.shard.number, s.shard.of);
  return "";
}

std::vector<EmbedderInfo> readEmbedders(Database& database, const fs::path& file) {
  auto select =
      database.prepare(fmt::format("SELECT name, version, dimension, {} FROM embeddings ORDER BY id",
                                   knowsWeights(database) ? "weights" : "''"));
  std::vector<EmbedderInfo> embedders;
  while (select.step()) {
    const std::int64_t dimension = select.integer(2);
    if (dimension < 1 || dimension > kLargestDimension)
      failInput("{} is damaged: its vectors of {} have {} values; build it anew", file.string(),
                select.text(0), dimension);
    embedders.push_back({select.text(0), int(select.integer(1)), int(dimension), select.text(3)});
  }
  if (embedders.empty()) failInput("{} is damaged: it names no embedding; build it anew", file.string());
  return embedders;
}

}  // namespace

void writeSettings(Database& database, const LibrarySettings& settings) {
  auto insert = database.prepare("INSERT INTO settings VALUES (?, ?)");
  const auto put = [&](const char* key, const auto& value) {
    insert.bind(1, std::string(key)).bind(2, value).run();
  };
  put("space_toml", settings.spaceToml);
  put("space_name", settings.spaceName);
  put("space_fingerprint", settings.spaceFingerprint);
  put("synth_format", settings.synthFormat);
  put("synth_id", settings.synthId);
  put("synth_name", settings.synthName);
  put("synth_version", settings.synthVersion);
  insert.bind(1, std::string("base")).bindBytes(2, settings.base).run();
  put("own_base", std::int64_t(settings.ownBase));
  put("seed", std::int64_t(settings.seed));
  put("notes", fmt::format("{}", fmt::join(settings.notes, ",")));
  put("velocity", std::int64_t(settings.velocity));
  put("length_s", settings.lengthSeconds);
  put("duration_s", settings.durationSeconds);
  put("tempo_bpm", settings.tempoBpm);
  put("sampling", settings.sampling);
  put("around", settings.around);
  put("next_attempt", std::int64_t(settings.shard.number - 1));
  put("silent", std::int64_t(0));
  if (settings.shard.of > 1) {
    put("shard", std::int64_t(settings.shard.number));
    put("shards", std::int64_t(settings.shard.of));
    put("shard_count", std::int64_t(settings.shard.count));
  }
}

LibrarySettings readSettings(Database& database, const fs::path& file) {
  auto select = database.prepare("SELECT key, value FROM settings");
  LibrarySettings settings;
  std::map<std::string, std::string> texts;
  while (select.step()) {
    const std::string key = select.text(0);
    if (key == "base") settings.base = select.bytes(1);
    else if (key == "length_s") settings.lengthSeconds = select.real(1);
    else if (key == "duration_s") settings.durationSeconds = select.real(1);
    else if (key == "tempo_bpm") settings.tempoBpm = select.real(1);
    else if (key == "seed") settings.seed = std::uint64_t(select.integer(1));
    else if (key == "shard") settings.shard.number = int(select.integer(1));
    else if (key == "shards") settings.shard.of = int(select.integer(1));
    else if (key == "shard_count") settings.shard.count = std::uint64_t(select.integer(1));
    else if (key == "velocity") settings.velocity = int(select.integer(1));
    else if (key == "own_base") settings.ownBase = select.integer(1) != 0;
    else texts[key] = select.text(1);
  }
  settings.spaceToml = texts["space_toml"];
  settings.spaceName = texts["space_name"];
  settings.spaceFingerprint = texts["space_fingerprint"];
  settings.synthFormat = texts["synth_format"];
  settings.synthId = texts["synth_id"];
  settings.synthName = texts["synth_name"];
  settings.synthVersion = texts["synth_version"];
  settings.sampling = texts.contains("sampling") ? texts["sampling"] : "uniform";
  settings.around = texts["around"];
  settings.notes = split(texts["notes"]).value_or(std::vector<int>());
  if (const std::string problem = problemOf(settings); !problem.empty())
    failInput("{} is damaged: {}; build it anew", file.string(), problem);
  settings.embedders = readEmbedders(database, file);
  return settings;
}

}  // namespace patchpilot
