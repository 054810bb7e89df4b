#include "synth/completed_states.h"

#include "base/error.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace patchpilot {
namespace {

/// Adds a byte to each state, refuses empty ones, and counts both.
class CountingDialect : public Dialect {
 public:
  Bytes complete(const Bytes& state) const override {
    ++calls;
    if (state.empty()) failInput("nothing is there");
    Bytes result = state;
    if (state.front() != kWhole) result.push_back(7);
    return result;
  }

  static constexpr std::uint8_t kWhole = 255;
  mutable std::atomic<int> calls = 0;
};

Bytes stateOf(std::uint8_t number, std::size_t size = 100) {
  Bytes state(size, 1);
  state.back() = number;
  return state;
}

Bytes longer(Bytes state) {
  state.push_back(7);
  return state;
}

TEST(CompletedStates, AStateIsCompletedOnceHoweverOftenItIsRendered) {
  const CountingDialect dialect;
  CompletedStates states;
  for (int render = 0; render < 1000; ++render)
    for (const std::uint8_t number : {1, 2, 3})
      ASSERT_EQ(states.completed(dialect, stateOf(number)), longer(stateOf(number)));
  EXPECT_EQ(dialect.calls, 3);
  EXPECT_EQ(states.asked(), 3u);
}

TEST(CompletedStates, WholeAndUnreadableStatesStayAsTheyAre) {
  const CountingDialect dialect;
  CompletedStates states;
  const Bytes whole(50, CountingDialect::kWhole);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(states.completed(dialect, whole), whole);
    EXPECT_EQ(states.completed(dialect, Bytes{}), Bytes{});
  }
  EXPECT_EQ(dialect.calls, 2);
}

TEST(CompletedStates, TheOneUsedLongestAgoIsForgottenFirst) {
  const CountingDialect dialect;
  CompletedStates states;
  for (std::size_t i = 0; i < CompletedStates::kMostStates; ++i)
    states.completed(dialect, stateOf(std::uint8_t(i)));
  states.completed(dialect, stateOf(0));    // used again
  states.completed(dialect, stateOf(200));  // takes the place of 1
  const int before = dialect.calls;
  states.completed(dialect, stateOf(0));
  EXPECT_EQ(dialect.calls, before);
  EXPECT_EQ(states.completed(dialect, stateOf(1)), longer(stateOf(1)));
  EXPECT_EQ(dialect.calls, before + 1);
}

TEST(CompletedStates, LargeStatesDoNotFillTheMemory) {
  const CountingDialect dialect;
  CompletedStates states;
  const std::size_t third = CompletedStates::kMostBytes / 6 + 1;  // with the completed one
  for (const std::uint8_t number : {1, 2, 3}) states.completed(dialect, stateOf(number, third));
  states.completed(dialect, stateOf(3, third));
  EXPECT_EQ(dialect.calls, 3);
  states.completed(dialect, stateOf(1, third));
  EXPECT_EQ(dialect.calls, 4) << "three do not fit";
  const Bytes huge = stateOf(1, CompletedStates::kMostBytes);
  EXPECT_EQ(states.completed(dialect, huge), longer(huge)) << "it is completed, and not kept";
  states.completed(dialect, stateOf(1, third));
  EXPECT_EQ(dialect.calls, 5) << "and what is kept stays";
}

TEST(CompletedStates, ManyThreadsMayAsk) {
  const CountingDialect dialect;
  CompletedStates states;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i)
        EXPECT_EQ(states.completed(dialect, stateOf(std::uint8_t(i % 5))),
                  longer(stateOf(std::uint8_t(i % 5))));
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(dialect.calls, 5);
}

}  // namespace
}  // namespace patchpilot
