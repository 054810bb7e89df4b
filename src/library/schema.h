#pragma once

#include "embed/embedder.h"
#include "library/database.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace patchpilot {

/// The tables of a library's file. Files of format 1, which knew no presets, and 2, which knew one embedding,
/// are read as they are and brought to format 3 when they are first written.

/// The format of an index (see preset_index.h): format 3, with presets that have no contents, so that a
/// program that does not know of indexes does not take them for patches.
inline constexpr int kIndexFormat = 4;

/// Makes the tables of an empty file, in the transaction of the caller; those of its embeddings are added by
/// `addEmbeddingTables`.
void createTables(Database& database);

/// Sets the size of a new file's pages, before the transaction in which its tables are made.
void setPageSize(Database& database);

/// The format of a file: 0 if nothing was written yet.
std::int64_t formatOf(Database& database);

/// @param file  named by errors
/// @throws Error (input) if the file is no library, is of a newer format, or has been cut short
void requireLibrary(Database& database, const std::filesystem::path& file);

/// Brings the tables to this program's format; a reader leaves the file as it is, and sees the tables that it
/// lacks as empty ones.
/// @throws Error (usage) if an index is to be written
/// @return whether the rows are still those of format 1 or 2: `main.rows` (patch, note, rms_db, embedding)
bool bringUpToDate(Database& database, const std::filesystem::path& file, Database::Mode mode);

/// The table of the vectors of an embedding: (row, vector).
std::string vectorTable(std::size_t embedding);

/// Makes what the embedding needs that comes next, the first being 0.
void addEmbeddingTables(Database& database, std::size_t embedding, const EmbedderInfo& embedder);

/// Whether the file says by which weights vectors were made; the first files of format 3 did not.
bool knowsWeights(Database& database);

}  // namespace patchpilot
