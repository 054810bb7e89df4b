#include "web/job_queue.h"

#include <gtest/gtest.h>

#include <future>

namespace patchpilot {
namespace {

/// A job that the test leads: it tells and ends when it is asked to.
class FakeJob : public Job<int> {
 public:
  JobOutcome run(const std::function<void(const int&)>& tell) override {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return !told_.empty() || outcome_; });
      if (!told_.empty()) {
        const int event = told_.front();
        told_.pop_front();
        lock.unlock();
        tell(event);
        lock.lock();
        continue;
      }
      if (outcome_->problem == "throws") throw std::runtime_error("thrown");
      return *outcome_;
    }
  }
  void stop() override { ++stops, finish({JobState::stopped, ""}); }
  void cancel() override { ++cancels, finish({JobState::stopped, ""}); }

  void say(int event) {
    std::lock_guard lock(mutex_);
    told_.push_back(event);
    changed_.notify_all();
  }
  void finish(JobOutcome outcome) {
    std::lock_guard lock(mutex_);
    outcome_ = std::move(outcome);
    changed_.notify_all();
  }

  std::atomic<int> stops{0}, cancels{0};

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<int> told_;
  std::optional<JobOutcome> outcome_;
};

/// Keeps what is told, as lines, and waits for one.
class Log : public JobObserver<int> {
 public:
  void jobStarted(const std::string& id) override { add(id + " started"); }
  void jobTold(const std::string& id, const int& event) override { add(id + " " + std::to_string(event)); }
  void jobEnded(const std::string& id, const JobOutcome& outcome) override {
    const char* names[] = {"queued", "running", "done", "stopped", "failed"};
    add(id + " " + names[std::size_t(outcome.state)] + outcome.problem);
  }

  bool waitFor(const std::string& line) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60),
                             [&] { return std::find(lines_.begin(), lines_.end(), line) != lines_.end(); });
  }
  std::vector<std::string> lines() {
    std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  void add(const std::string& line) {
    std::lock_guard lock(mutex_);
    lines_.push_back(line);
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

class Queue : public testing::Test {
 protected:
  std::shared_ptr<FakeJob> add(JobQueue<int>& queue, const std::string& id) {
    auto job = std::make_shared<FakeJob>();
    EXPECT_TRUE(queue.add(id, job));
    return job;
  }

  Log log;
};

using Lines = std::vector<std::string>;

TEST_F(Queue, RunsJobsInOrderAndTellsOfEach) {
  JobQueue<int> queue(1, 10, log);
  const auto a = add(queue, "a"), b = add(queue, "b");
  ASSERT_TRUE(log.waitFor("a started"));
  EXPECT_EQ(queue.position("b"), 1u);
  EXPECT_EQ(queue.position("a"), std::nullopt);
  a->say(1);
  a->say(2);
  a->finish({JobState::done, ""});
  b->finish({JobState::failed, " badly"});
  queue.waitFor("a");
  queue.waitFor("b");
  EXPECT_EQ(log.lines(), (Lines{"a started", "a 1", "a 2", "a done", "b started", "b failed badly"}));
}

TEST_F(Queue, RunsSeveralAtATimeAndStopsOneAlone) {
  JobQueue<int> queue(2, 10, log);
  const auto a = add(queue, "a"), b = add(queue, "b"), c = add(queue, "c");
  ASSERT_TRUE(log.waitFor("a started"));
  ASSERT_TRUE(log.waitFor("b started"));
  EXPECT_EQ(queue.position("c"), 1u);
  queue.stop("a");
  ASSERT_TRUE(log.waitFor("a stopped"));
  ASSERT_TRUE(log.waitFor("c started")) << "there is room for it now";
  b->say(7);
  ASSERT_TRUE(log.waitFor("b 7")) << "the other goes on";
  EXPECT_EQ(b->stops + b->cancels + c->stops + c->cancels, 0);
  queue.cancel("b");
  queue.waitFor("b");
  EXPECT_EQ(b->cancels, 1);
  c->finish({JobState::done, ""});
  EXPECT_TRUE(log.waitFor("c done"));
}

TEST_F(Queue, AJobThatWaitsIsStoppedWithoutStarting) {
  JobQueue<int> queue(1, 10, log);
  const auto a = add(queue, "a"), b = add(queue, "b"), c = add(queue, "c");
  ASSERT_TRUE(log.waitFor("a started"));
  EXPECT_EQ(queue.position("c"), 2u);
  queue.stop("b");
  EXPECT_EQ(log.lines(), (Lines{"a started", "b stopped"})) << "told before it returns";
  EXPECT_EQ(queue.position("b"), std::nullopt);
  EXPECT_EQ(queue.position("c"), 1u);
  a->finish({JobState::done, ""});
  c->finish({JobState::done, ""});
  queue.waitFor("c");
  EXPECT_EQ(log.lines(), (Lines{"a started", "b stopped", "a done", "c started", "c done"}));
  queue.stop("c");
  queue.cancel("unknown");
  EXPECT_EQ(log.lines().size(), 5u) << "no effect on what is over or unknown";
}

TEST_F(Queue, TakesNoMoreThanItsCapacity) {
  JobQueue<int> queue(1, 1, log);
  const auto a = add(queue, "a");
  ASSERT_TRUE(log.waitFor("a started"));
  EXPECT_FALSE(queue.isFull());
  const auto b = add(queue, "b");
  EXPECT_TRUE(queue.isFull());
  EXPECT_FALSE(queue.add("c", std::make_shared<FakeJob>()));
  queue.stop("b");
  EXPECT_FALSE(queue.isFull());
  a->finish({JobState::done, ""});
}

TEST_F(Queue, AnExceptionFailsOneJob) {
  JobQueue<int> queue(1, 10, log);
  const auto a = add(queue, "a"), b = add(queue, "b");
  a->finish({JobState::failed, "throws"});
  b->finish({JobState::done, ""});
  queue.waitFor("b");
  EXPECT_EQ(log.lines(), (Lines{"a started", "a failedthrown", "b started", "b done"}));
}

TEST_F(Queue, ClosingCancelsWhatRunsAndDropsWhatWaits) {
  std::shared_ptr<FakeJob> a, b, c;
  {
    JobQueue<int> queue(2, 10, log);
    a = add(queue, "a"), b = add(queue, "b"), c = add(queue, "c");
    ASSERT_TRUE(log.waitFor("a started"));
    ASSERT_TRUE(log.waitFor("b started"));
    queue.close();
    EXPECT_FALSE(queue.add("d", std::make_shared<FakeJob>()));
    queue.close();
  }
  EXPECT_EQ(a->cancels, 1);
  EXPECT_EQ(b->cancels, 1);
  EXPECT_EQ(c->cancels + c->stops, 0);
  EXPECT_EQ(log.lines().size(), 2u) << "no end is told: the jobs are taken up again later";
}

TEST_F(Queue, AnObserverMayAddAndAsk) {
  struct Chain : Log {
    JobQueue<int>* queue = nullptr;
    std::shared_ptr<FakeJob> next = std::make_shared<FakeJob>();
    void jobEnded(const std::string& id, const JobOutcome& outcome) override {
      if (id == "a") {
        next->finish({JobState::done, ""});
        queue->add("b", next);
        EXPECT_EQ(queue->position("b"), 1u);
      }
      Log::jobEnded(id, outcome);
    }
  } chain;
  JobQueue<int> queue(1, 10, chain);
  chain.queue = &queue;
  add(queue, "a")->finish({JobState::done, ""});
  EXPECT_TRUE(chain.waitFor("b done"));
}

}  // namespace
}  // namespace patchpilot
