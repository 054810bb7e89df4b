#include "library/database.h"

#include "base/error.h"

#include <sqlite3.h>

#include <cstring>
#include <utility>

namespace patchpilot {

namespace {

[[noreturn]] void fail(const std::string& file, sqlite3* database, int code) {
  switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      failInput("{} is no Patch Pilot library, or a damaged one ({}); name another, or build it anew", file,
                sqlite3_errstr(code));
    case SQLITE_FULL:
      failSystem(
          "{}: the disk is full; free some space and run the command again, it goes on where it stopped",
          file);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: failSystem("{} is in use by another process; wait for it to end", file);
    case SQLITE_CANTOPEN: failInput("{} cannot be opened; check that it exists and may be read", file);
    case SQLITE_READONLY:
      failSystem("{} may not be written; change its permissions or choose another place", file);
    default:
      failSystem("{}: {} ({})", file, database != nullptr ? sqlite3_errmsg(database) : "cannot be opened",
                 sqlite3_errstr(code));
  }
}

}  // namespace

Statement::~Statement() {
  if (statement_ != nullptr) database_->takeBack(statement_);
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}

void Statement::check(int code) const { database_->check(code); }

Statement& Statement::bind(int parameter, std::int64_t value) {
  check(sqlite3_bind_int64(statement_, parameter, value));
  return *this;
}

Statement& Statement::bind(int parameter, double value) {
  check(sqlite3_bind_double(statement_, parameter, value));
  return *this;
}

Statement& Statement::bind(int parameter, const std::string& value) {
  check(sqlite3_bind_text(statement_, parameter, value.data(), int(value.size()), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bindBytes(int parameter, std::span<const std::uint8_t> bytes) {
  check(bytes.empty()
            ? sqlite3_bind_null(statement_, parameter)
            : sqlite3_bind_blob64(statement_, parameter, bytes.data(), bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bindFloats(int parameter, std::span<const float> values) {
  return bindBytes(parameter, {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()});
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  check(code);
  return code == SQLITE_ROW;
}

void Statement::run() {
  const int code = sqlite3_step(statement_);
  sqlite3_reset(statement_);
  check(code);
}

void Statement::reset() { sqlite3_reset(statement_); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Statement::real(int column) const { return sqlite3_column_double(statement_, column); }

std::string Statement::text(int column) const {
  const auto* text = sqlite3_column_text(statement_, column);
  return text != nullptr ? std::string(reinterpret_cast<const char*>(text),
                                       std::size_t(sqlite3_column_bytes(statement_, column)))
                         : std::string();
}

std::vector<std::uint8_t> Statement::bytes(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return data != nullptr ? std::vector<std::uint8_t>(data, data + sqlite3_column_bytes(statement_, column))
                         : std::vector<std::uint8_t>();
}

std::vector<float> Statement::floats(int column) const {
  std::vector<float> values(std::size_t(sqlite3_column_bytes(statement_, column)) / sizeof(float));
  floats(column, values);
  return values;
}

std::size_t Statement::size(int column) const {
  return std::size_t(sqlite3_column_bytes(statement_, column));
}

void Statement::floats(int column, std::span<float> out) const {
  const void* data = sqlite3_column_blob(statement_, column);
  if (std::size_t(sqlite3_column_bytes(statement_, column)) != out.size_bytes())
    failInput("{} is damaged: a vector has {} bytes instead of {}; build it anew", database_->file_,
              sqlite3_column_bytes(statement_, column), out.size_bytes());
  if (!out.empty()) std::memcpy(out.data(), data, out.size_bytes());
}

Database::Database(const std::filesystem::path& file, Mode mode) : file_(file.string()) {
  const int flags = mode == Mode::readOnly    ? SQLITE_OPEN_READONLY
                    : mode == Mode::readWrite ? SQLITE_OPEN_READWRITE
                                              : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(file_.c_str(), &database_, flags, nullptr);
  if (code != SQLITE_OK) {
    sqlite3_close(database_);
    fail(file_, nullptr, code);
  }
  sqlite3_busy_timeout(database_, 2000);
}

Database::~Database() {
  for (const auto& [sql, statement] : idle_) sqlite3_finalize(statement);
  sqlite3_close(database_);
}

void Database::check(int code) const {
  if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) fail(file_, database_, code);
}

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(file_, database_, code);
}

Statement Database::prepare(const std::string& sql) {
  {
    std::lock_guard lock(mutex_);
    if (auto known = idle_.extract(sql)) return {*this, known.mapped()};
  }
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr));
  return {*this, statement};
}

/// Keeps a statement for the next that asks for the same.
void Database::takeBack(sqlite3_stmt* statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  std::lock_guard lock(mutex_);
  idle_.emplace(sqlite3_sql(statement), statement);
}

std::int64_t Database::lastRowId() const { return sqlite3_last_insert_rowid(database_); }

Transaction::Transaction(Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const Error&) {
    // SQLite has rolled back by itself, as it does when the disk is full.
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace patchpilot
