#include "library/database.h"

#include "base/error.h"
#include "test_support.h"

namespace patchpilot {
namespace {

class DatabaseTest : public testing::Test {
 protected:
  DatabaseTest() : database_(folder_ / "a.db", Database::Mode::create) {
    database_.execute("CREATE TABLE t (x, y); INSERT INTO t VALUES (1, 10), (2, 20)");
  }

  std::string y(std::int64_t x) {
    auto select = database_.prepare("SELECT y FROM t WHERE x = ?");
    return select.bind(1, x).step() ? select.text(0) : "none";
  }

  TemporaryFolder folder_;
  Database database_;
};

TEST_F(DatabaseTest, StatementsOfTheSameSqlStandSideBySide) {
  const std::string all = "SELECT x FROM t ORDER BY x";
  auto outer = database_.prepare(all);
  std::vector<std::int64_t> seen;
  while (outer.step()) {
    auto inner = database_.prepare(all);
    while (inner.step()) seen.push_back(10 * outer.integer(0) + inner.integer(0));
  }
  EXPECT_EQ(seen, (std::vector<std::int64_t>{11, 12, 21, 22}));
}

TEST_F(DatabaseTest, AStatementKnowsNothingOfTheOneBefore) {
  const std::string insert = "INSERT INTO t VALUES (?, ?)";
  database_.prepare(insert).bind(1, std::int64_t(3)).bind(2, std::int64_t(30)).run();
  database_.prepare(insert).bind(1, std::int64_t(4)).run();
  EXPECT_EQ(y(3), "30");
  EXPECT_EQ(y(4), "") << "no value was bound";
  const std::string all = "SELECT x FROM t ORDER BY x";
  database_.prepare(all).step();
  auto again = database_.prepare(all);
  ASSERT_TRUE(again.step());
  EXPECT_EQ(again.integer(0), 1) << "it begins with the first row";
}

TEST_F(DatabaseTest, StatementsFollowTheTables) {
  EXPECT_EQ(y(1), "10");
  database_.execute("ALTER TABLE t RENAME TO old; CREATE TABLE t (x, y); INSERT INTO t VALUES (1, 'new')");
  EXPECT_EQ(y(1), "new");
  database_.execute("DROP TABLE t");
  EXPECT_THROW(y(1), Error);
}

}  // namespace
}  // namespace patchpilot
