#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace patchpilot {

class Database;

/// One SQL statement, run as often as needed; must not outlive its database, which keeps it prepared for the
/// next that asks for the same SQL. Parameters count from 1, columns from 0.
class Statement {
 public:
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;

  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, double value);
  Statement& bind(int parameter, const std::string& value);
  Statement& bindBytes(int parameter, std::span<const std::uint8_t> bytes);  ///< NULL if empty
  Statement& bindFloats(int parameter, std::span<const float> values);       ///< NULL if empty

  /// Goes to the next row; false after the last. @throws Error (system or input).
  bool step();
  /// Runs a statement that gives no rows, and makes it ready to be run again.
  void run();
  void reset();

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  std::vector<std::uint8_t> bytes(int column) const;
  std::vector<float> floats(int column) const;
  std::size_t size(int column) const;  ///< of a blob, in bytes
  /// Copies a column of `out.size()` floats. @throws Error (input) if it has another size.
  void floats(int column, std::span<float> out) const;

 private:
  friend class Database;
  Statement(Database& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}
  void check(int code) const;

  Database* database_;
  sqlite3_stmt* statement_;
};

/// A SQLite file. Errors name the file: Error (input) if it is no database or damaged,
/// Error (system) if the disk is full or another process has locked it.
class Database {
 public:
  enum class Mode { readOnly, readWrite, create };

  Database(const std::filesystem::path& file, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void execute(const std::string& sql);
  Statement prepare(const std::string& sql);
  std::int64_t lastRowId() const;

 private:
  friend class Statement;
  void check(int code) const;
  void takeBack(sqlite3_stmt* statement);

  std::string file_;
  sqlite3* database_ = nullptr;
  std::mutex mutex_;                                          ///< of those that follow
  std::unordered_multimap<std::string, sqlite3_stmt*> idle_;  ///< prepared, and not in use; by their SQL
};

/// Everything between construction and `commit` is written together or not at all.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace patchpilot
