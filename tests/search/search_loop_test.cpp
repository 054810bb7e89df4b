#include "search/search_loop.h"

#include "search_inputs.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

/// Asks for `batch` trials, `batches` times.
class Counting : public Searcher {
 public:
  Counting(std::size_t batch, std::size_t batches) : batch_(batch), batches_(batches) {}

  std::vector<Trial> ask(std::size_t most) override {
    if (batches_ == 0) return {};
    --batches_;
    std::vector<Trial> trials(std::min(most, batch_));
    for (Trial& trial : trials) trial.proposal.origin = "trial " + std::to_string(asked++);
    return trials;
  }
  void tell(std::span<Outcome> outcomes) override { told += outcomes.size(); }
  std::optional<Standing> best() const override {
    return told == 0 ? std::nullopt : std::optional<Standing>({100.0 / double(told), 7});
  }
  std::vector<Candidate> found() const override { return std::vector<Candidate>(told); }
  std::vector<Candidate> take() override { return found(); }

  std::size_t asked = 0, told = 0;

 private:
  std::size_t batch_, batches_;
};

/// Every third render fails, and every third is cut.
class Failing : public TrialRenderer {
 public:
  std::vector<Outcome> render(std::span<const Trial> trials) override {
    std::vector<Outcome> outcomes(trials.size());
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (i % 3 == 1) outcomes[i].problem = "crashed";
      if (i % 3 == 2) outcomes[i].wasCut = true;
    }
    return outcomes;
  }
};

class SearchLoopTest : public ::testing::Test {
 protected:
  void run(Counting& searcher, Budget& budget) {
    const std::function<void(const RefineProgress&)> onProgress = [&](const RefineProgress& p) {
      reports_.push_back(p);
      found_.push_back(p.found().size());
    };
    SearchLoop(renderer_, budget, onProgress, problems_).run(searcher);
  }

  Failing renderer_;
  std::vector<RefineProgress> reports_;
  std::vector<std::size_t> found_;
  std::vector<std::string> problems_;
};

TEST_F(SearchLoopTest, RunsUntilTheBudgetIsSpent) {
  Counting searcher(6, 100);
  Budget budget({.renders = 20});
  run(searcher, budget);
  EXPECT_EQ(searcher.told, 20u);
  ASSERT_EQ(reports_.size(), 4u) << "nothing is reported while there is no candidate";
  EXPECT_EQ(reports_[0].renders, 6u);
  EXPECT_EQ(reports_[3].renders, 20u);
  EXPECT_EQ(reports_[3].best, 5);
  EXPECT_EQ(reports_[3].mss, 7);
  EXPECT_EQ(reports_[3].cut, 6u);
  EXPECT_EQ(found_, (std::vector<std::size_t>{6, 12, 18, 20}));
  ASSERT_EQ(problems_.size(), 7u);
  EXPECT_EQ(problems_[0], "trial 1: crashed");
  EXPECT_EQ(problems_[6], "trial 19: crashed");
}

TEST_F(SearchLoopTest, EndsWhenNothingIsAskedFor) {
  Counting searcher(6, 3);
  Budget budget({});
  run(searcher, budget);
  EXPECT_EQ(searcher.told, 18u);
  EXPECT_EQ(budget.spent(), 18u);
}

TEST_F(SearchLoopTest, WithoutABudgetNothingIsAskedFor) {
  Counting searcher(6, 3);
  std::stop_source stop;
  stop.request_stop();
  Budget budget({.stop = stop.get_token()});
  run(searcher, budget);
  EXPECT_EQ(searcher.asked, 0u);
}

}  // namespace
}  // namespace patchpilot
