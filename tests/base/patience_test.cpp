#include "base/patience.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

namespace patchpilot {
namespace {

using Arrival = MessageChannel::Arrival;

/// Sends a signal to a child and waits until it has stopped or gone on; who asks later gets the news as well.
void signalAndSee(int child, int signal, int news) {
  ASSERT_EQ(::kill(child, signal), 0);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, id_t(child), &info, news | WNOWAIT), 0);
}

TEST(Patience, RunsOutAfterItsLimit) {
  Patience patience(2, 100);
  EXPECT_FALSE(patience.runsOut(100.9, false));
  EXPECT_FALSE(patience.runsOut(101.8, false));
  EXPECT_TRUE(patience.runsOut(102.1, false));
}

TEST(Patience, CountsNoTimeInWhichOneStoodStill) {
  Patience patience(2, 100);
  EXPECT_FALSE(patience.runsOut(400, false)) << "this process";
  for (double now = 400.5; now < 700; now += 0.5) ASSERT_FALSE(patience.runsOut(now, true)) << "the other";
  EXPECT_FALSE(patience.runsOut(700, false));
  EXPECT_TRUE(patience.runsOut(700.9, false) || patience.runsOut(701.8, false) ||
              patience.runsOut(702.7, false));
}

TEST(Patience, EndsWhereEverySliceIsLate) {
  Patience patience(1, 0);
  int slices = 0;
  for (double now = 5; !patience.runsOut(now, false); now += 5) ASSERT_LT(++slices, 1000);
  EXPECT_GE(slices, 10);
}

TEST(ReceivePatiently, CallsAChildLateThatHasHadItsTime) {
  ChildProcess child("/bin/cat", {});
  double now = 0;
  Bytes message;
  EXPECT_EQ(receivePatiently(child, message, 2, {}, [&] { return now += 0.9; }), Arrival::late);
  EXPECT_LT(now, 5);
}

TEST(ReceivePatiently, WaitsForAChildThatIsStopped) {
  ChildProcess child("/bin/cat", {});
  signalAndSee(child.id(), SIGSTOP, WSTOPPED);
  const Bytes sent = {1, 2};
  ASSERT_TRUE(child.channel().send(sent));
  double now = 0;
  int calls = 0;
  Bytes message;
  const auto clock = [&] {
    if (++calls == 7) signalAndSee(child.id(), SIGCONT, WCONTINUED);
    return calls < 7 ? now += 0.9 : now;
  };
  EXPECT_EQ(receivePatiently(child, message, 2, {}, clock), Arrival::message);
  EXPECT_EQ(message, sent);
  EXPECT_GE(calls, 7);
}

TEST(ReceivePatiently, WaitsForNoStoppedChildOnceAStopIsRequested) {
  ChildProcess child("/bin/cat", {});
  signalAndSee(child.id(), SIGSTOP, WSTOPPED);
  std::stop_source ours, others;
  others.request_stop();
  double now = 0;
  int calls = 0;
  Bytes message;
  const auto clock = [&] {
    if (++calls == 7) ours.request_stop();
    return now += 0.9;
  };
  EXPECT_EQ(receivePatiently(child, message, 2, ours.get_token(), clock), Arrival::late);
  EXPECT_GE(calls, 9) << "it had its time after the stop";
  EXPECT_LT(calls, 12);
}

TEST(ReceivePatiently, ForgivesAClockThatJumped) {
  ChildProcess child("/bin/cat", {});
  double now = 0;
  int calls = 0;
  Bytes message;
  const auto clock = [&] {
    if (++calls == 4) EXPECT_TRUE(child.channel().send(Bytes{1}));
    return calls < 4 ? now += 1000 : now;
  };
  EXPECT_EQ(receivePatiently(child, message, 20, {}, clock), Arrival::message);
  EXPECT_GE(calls, 4);
}

TEST(IsStopped, FollowsTheChild) {
  ChildProcess child("/bin/cat", {});
  EXPECT_FALSE(isStopped(child.id(), false));
  signalAndSee(child.id(), SIGSTOP, WSTOPPED);
  EXPECT_TRUE(isStopped(child.id(), false));
  EXPECT_TRUE(isStopped(child.id(), true)) << "no news: as before";
  signalAndSee(child.id(), SIGCONT, WCONTINUED);
  EXPECT_FALSE(isStopped(child.id(), true));
  child.kill();
  EXPECT_NE(child.obituary(5).find("killed by signal 9"), std::string::npos)
      << "its end is still there to be read";
}

}  // namespace
}  // namespace patchpilot
