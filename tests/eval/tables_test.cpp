#include "eval/tables.h"
#include "eval/report.h"
#include "test_support.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace patchpilot {
namespace {

using Role = EvaluationRow::Role;

EvaluationResult result(const std::string& target, const std::string& row, double mss) {
  EvaluationResult r;
  r.target = target;
  r.row = row;
  r.found = true;
  r.distances = {{"mss", mss}, {"wmfcc", 2 * mss}, {"sot", mss / 10}, {"rms", 1 - mss / 100}};
  r.gainDb = -3;
  r.origin = "a \"quoted\", name";
  r.lengthPlayed = 1.234;
  r.renders = 50;
  r.seconds = 0.5;
  r.trace = {{0.1, 5, mss + 1}, {0.4, 40, mss}};
  return r;
}

/// Two targets whose floors are known (0.4 and 0.2), one whose floor is not.
Evaluation evaluation() {
  Evaluation e;
  e.settings.targets = "set";
  e.rows = {{"floor", Role::floor, "", {}, 5},
            {"random s", Role::random, "random", {0}, 0, "random s"},
            {"best of 50 random s", Role::baseline, "random", {0}, 50, "random s"},
            {"retrieval s.db, 50 renders", Role::method, "retrieval", {0}, 50, "random s"}};
  for (const char* name : {"x", "y", "z"}) {
    EvaluationTarget target;
    target.entry.name = name;
    target.entry.kind = "k";
    target.entry.note = 60;
    target.entry.lengthSeconds = 1;
    target.analysed = true;
    target.noteFound = name[0] == 'z' ? 48 : 60;
    target.lengthFound = 1.25;
    e.targets.push_back(target);
  }
  e.results = {result("x", "floor", 0.4), result("y", "floor", 0.2),
               EvaluationResult{.target = "z", .row = "floor"}};
  for (const char* name : {"x", "y", "z"}) {
    e.results.push_back(result(name, "random s", 10.3));
    e.results.push_back(result(name, "best of 50 random s", 5.3));
  }
  e.results.push_back(result("x", "retrieval s.db, 50 renders", 0.6));  // 1.5 floors
  e.results.push_back(result("y", "retrieval s.db, 50 renders", 2.0));
  e.results.push_back(result("z", "retrieval s.db, 50 renders", 0.1));
  e.finished = true;
  return e;
}

TEST(Tables, SummarizeMeansScoreAndShareSolved) {
  const auto kinds = summarize(evaluation());
  ASSERT_EQ(kinds.size(), 1u);
  EXPECT_NEAR(kinds[0].noteRight, 2.0 / 3, 1e-9);
  EXPECT_NEAR(kinds[0].lengthErrorMedian, 0.25, 1e-9);
  const RowSummary& method = kinds[0].rows[3];
  EXPECT_EQ(method.targets, 3u);
  EXPECT_NEAR(method.means.at("mss").value, 0.9, 1e-9);
  EXPECT_NEAR(method.median.value, 0.6, 1e-9);
  EXPECT_NEAR(method.gainDb, 3, 1e-9);
  // Only x and y count, whose floors are known: from 10.3 to 0.3 it came to 1.3.
  EXPECT_NEAR(method.score, 0.9, 1e-9);
  EXPECT_NEAR(method.solved, 0.5, 1e-9);
  EXPECT_NEAR(kinds[0].rows[0].means.at("mss").value, 0.3, 1e-9);
  EXPECT_NEAR(kinds[0].rows[0].score, 1, 1e-9);
  EXPECT_NEAR(kinds[0].rows[1].score, 0, 1e-9);
  EXPECT_NEAR(kinds[0].rows[2].score, 0.5, 1e-9);
}

TEST(Tables, CountWhatFailed) {
  Evaluation e = evaluation();
  e.results.back().found = false;
  const auto kinds = summarize(e);
  EXPECT_EQ(kinds[0].rows[3].failed, 1u);
  EXPECT_EQ(kinds[0].rows[3].targets, 2u);
  // Whoever fails is not the better for it.
  e.results[e.results.size() - 3].found = false;
  const RowSummary method = summarize(e)[0].rows[3];
  EXPECT_NEAR(method.solved, 0, 1e-9);
  EXPECT_NEAR(method.score, (10.3 - (10.3 + 2.0) / 2) / 10, 1e-9);
  EXPECT_NE(summaryMarkdown(e, kinds).find("| failed |"), std::string::npos);
  EXPECT_EQ(summaryMarkdown(evaluation(), summarize(evaluation())).find("| failed |"), std::string::npos);
}

TEST(Tables, CsvHasARowATargetAndMethodAndEmptyCellsForWhatIsUnknown) {
  const std::string csv = resultsCsv(evaluation());
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 12);
  EXPECT_NE(csv.find("\nx,k,\"retrieval s.db, 50 "
                     "renders\",retrieval,60,60,1.0000,1.2500,0.600000,1.200000,0.060000,0.994000,-3.000,,,,,"
                     "\"a \"\"quoted\"\", name\",,50,,1.2340,0.500\n"),
            std::string::npos)
      << csv;
  EXPECT_NE(csv.find("\nz,k,floor,,60,48,1.0000,1.2500,,,,,,,,,,,,0,,,0.000\n"), std::string::npos) << csv;
}

TEST(Tables, CountHowOftenTheTruePatchIsAmongTheFirst) {
  Evaluation e = evaluation();
  const auto retrieval = [&](const std::string& target) -> EvaluationResult& {
    return *std::find_if(e.results.begin(), e.results.end(),
                         [&](const auto& r) { return r.target == target && r.row.starts_with("retrieval"); });
  };
  EXPECT_TRUE(std::isnan(summarize(e)[0].rows[3].recall[0])) << "no library holds it";
  EXPECT_EQ(summaryMarkdown(e, summarize(e)).find("| recall at 1 |"), std::string::npos);
  retrieval("x").rank = 1;
  retrieval("y").rank = 5;
  EXPECT_EQ(summarize(e)[0].rows[3].recall, (std::vector<double>{0.5, 1, 1}));
  retrieval("y").rank = 6;
  retrieval("z").rank = 0;
  const RowSummary row = summarize(e)[0].rows[3];
  EXPECT_DOUBLE_EQ(row.recall[0], 1.0 / 3);
  EXPECT_DOUBLE_EQ(row.recall[1], 1.0 / 3);
  EXPECT_DOUBLE_EQ(row.recall[2], 2.0 / 3);
  const std::string csv = resultsCsv(e);
  EXPECT_NE(csv.find("name\",6,50,,1.2340,0.500\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find("name\",none,50,,1.2340,0.500\n"), std::string::npos) << csv;
}

/// So many targets, on which the method is nearer than the baseline by an amount that grows.
Evaluation plainlyNearer(int targets) {
  Evaluation e = evaluation();
  e.targets.clear();
  e.results.clear();
  for (int i = 0; i < targets; ++i) {
    EvaluationTarget target;
    target.entry.name = fmt::format("t{}", i);
    target.entry.kind = "k";
    e.targets.push_back(target);
    e.results.push_back(result(target.entry.name, e.rows[2].id, 5 + i));
    e.results.push_back(result(target.entry.name, e.rows[3].id, 4 + 0.9 * i));
  }
  return e;
}

TEST(Tables, CompareRowsThatSearchByEachMetric) {
  const Evaluation e = plainlyNearer(10);
  const auto comparisons = compareRows(e, "k");
  ASSERT_EQ(comparisons.size(), 1u) << "one baseline and one method";
  EXPECT_EQ(comparisons[0].first->id, "best of 50 random s");
  EXPECT_EQ(comparisons[0].targets, 10u);
  for (const char* metric : {"mss", "wmfcc", "sot", "rms"}) {  // rms is a similarity
    EXPECT_GT(comparisons[0].byMetric.at(metric).median, 0) << metric;
    EXPECT_NEAR(comparisons[0].byMetric.at(metric).p, 2.0 / 1024, 1e-12) << metric;
  }
}

TEST(Tables, SayWhichRowIsNearerOnlyIfChanceIsUnlikely) {
  const Evaluation many = plainlyNearer(10), few = plainlyNearer(3);
  EXPECT_NE(summaryMarkdown(many, summarize(many)).find("second (p = 0.002)"), std::string::npos);
  EXPECT_EQ(summaryMarkdown(few, summarize(few)).find("second (p"), std::string::npos);
}

TEST(Tables, ComparePairsOverTheTargetsThatBothFound) {
  Evaluation e = plainlyNearer(10);
  e.results.back().found = false;
  EXPECT_EQ(compareRows(e, "k")[0].targets, 9u);
  EXPECT_EQ(compareRows(e, "another kind")[0].targets, 0u);
}

TEST(Report, IsOnePageThatHoldsItsDataAndReachesForNothing) {
  Evaluation e = evaluation();
  e.targets[0].entry.name = "x</script>";
  const TemporaryFolder folder;
  const std::string page = reportHtml(e, summarize(e), folder.path());
  EXPECT_EQ(page.find("%%DATA%%"), std::string::npos);
  EXPECT_EQ(page.find("x</script>"), std::string::npos);  // no name ends the script
  for (const char* reach : {"src=\"http", "href=\"http", "url(http", "@import", "fetch("})
    EXPECT_EQ(page.find(reach), std::string::npos) << reach;
  const std::size_t begin = page.find("type=\"application/json\">") + 24;
  const auto data = nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
  EXPECT_EQ(data.at("targets").size(), 3u);
  EXPECT_EQ(data.at("targets")[1].at("best"), 3);
  EXPECT_TRUE(data.at("targets")[2].at("results")[0].is_null());
}

}  // namespace
}  // namespace patchpilot
