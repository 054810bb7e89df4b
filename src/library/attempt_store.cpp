#include "library/attempt_store.h"

#include "library/lineage.h"
#include "library/patch_store.h"
#include "library/row_store.h"

namespace patchpilot {

void AttemptStore::append(const std::vector<LibraryAttempt>& batch, std::uint64_t nextAttempt) {
  using Fate = LibraryAttempt::Fate;
  Transaction transaction(file_.database);
  auto skipped = file_.database.prepare("INSERT INTO skipped VALUES (?, ?)");
  std::int64_t silent = 0;
  for (const auto& attempt : batch) {
    if (attempt.fate == Fate::silent) {
      ++silent;
    } else if (attempt.fate == Fate::skipped) {
      skipped.bind(1, std::int64_t(attempt.index)).bind(2, attempt.problem).run();
    } else {
      const std::int64_t patch = PatchStore(file_).insert(attempt.patch, attempt.index);
      RowStore(file_).insert(patch, attempt.rows);
      Lineage(file_).add(patch, attempt.sources, false);
    }
  }
  auto next = file_.database.prepare("UPDATE settings SET value = ? WHERE key = 'next_attempt'");
  next.bind(1, std::int64_t(nextAttempt)).run();
  auto count = file_.database.prepare("UPDATE settings SET value = value + ? WHERE key = 'silent'");
  count.bind(1, silent).run();
  transaction.commit();
}

std::vector<LibraryAttempt> AttemptStore::keptAfter(std::int64_t id, int limit) {
  auto select = file_.database.prepare(
      "SELECT id, attempt FROM patches WHERE id > ? AND attempt IS NOT NULL ORDER BY id LIMIT ?");
  select.bind(1, id).bind(2, std::int64_t(limit));
  std::vector<LibraryAttempt> attempts;
  while (select.step()) {
    const std::int64_t patch = select.integer(0);
    LibraryAttempt attempt;
    attempt.index = std::uint64_t(select.integer(1));
    attempt.patch = PatchStore(file_).get(patch);
    attempt.rows = RowStore(file_).of(patch);
    attempt.sources = Lineage(file_).sources(patch);
    attempts.push_back(std::move(attempt));
  }
  return attempts;
}

std::map<std::uint64_t, std::string> AttemptStore::skipped() {
  auto select = file_.database.prepare("SELECT attempt, problem FROM skipped");
  std::map<std::uint64_t, std::string> skipped;
  while (select.step()) skipped.emplace(std::uint64_t(select.integer(0)), select.text(1));
  return skipped;
}

std::vector<std::string> AttemptStore::skippedProblems(int limit) {
  auto select = file_.database.prepare("SELECT attempt, problem FROM skipped ORDER BY attempt LIMIT ?");
  select.bind(1, std::int64_t(limit));
  std::vector<std::string> problems;
  while (select.step()) problems.push_back(fmt::format("patch {}: {}", select.integer(0), select.text(1)));
  return problems;
}

}  // namespace patchpilot
