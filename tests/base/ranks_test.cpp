#include "base/ranks.h"

#include "fake_mpi.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(Ranks, BringMessagesInTheirOrder) {
  FakeMpi mpi(0, 2);
  Ranks ranks(mpi.calls());
  mpi.bring(1, FakeMpi::wrapped({7, 8}));
  mpi.bring(1, FakeMpi::wrapped({}));
  EXPECT_EQ(ranks.receive(0).message, Bytes({7, 8}));
  const Ranks::Received empty = ranks.receive(0);
  EXPECT_EQ(empty.from, 1);
  EXPECT_FALSE(empty.isGoodbye);
  EXPECT_EQ(ranks.receive(0).from, -1);
  ranks.send(1, {9});
  ASSERT_EQ(mpi.sent.size(), 1u);
  EXPECT_EQ(mpi.sent[0].first, 1);
  EXPECT_EQ(mpi.sent[0].second, FakeMpi::wrapped({9}));
}

TEST(Ranks, ThatSendWhatIsNoMessageCountAsGone) {
  for (const Bytes& sent : {Bytes{}, Bytes{0xc1, 0x00, 0xff}}) {
    FakeMpi mpi(0, 3);
    mpi.mute = {1};  // so that the end would wait for it forever, if it did not count as gone
    Ranks ranks(mpi.calls());
    mpi.bring(1, sent);
    const Ranks::Received received = ranks.receive(0);
    EXPECT_EQ(received.from, 1);
    EXPECT_TRUE(received.isGoodbye);
  }
}

TEST(Ranks, CountEachRankAsGoneOnce) {
  FakeMpi mpi(0, 3);
  mpi.mute = {1};
  {
    Ranks ranks(mpi.calls());
    mpi.bring(1, {0xc1});
    mpi.bring(1, FakeMpi::kGoodbye);
    EXPECT_TRUE(ranks.receive(0).isGoodbye);
    EXPECT_TRUE(ranks.receive(0).isGoodbye);
  }
  EXPECT_FALSE(mpi.isWaiting()) << "rank 2's goodbye was not waited for";
}

TEST(Ranks, AStopEndsTheWaitForAMessage) {
  FakeMpi mpi(0, 2);
  Ranks ranks(mpi.calls());
  std::stop_source source;
  source.request_stop();
  EXPECT_EQ(ranks.receive(1000, source.get_token()).from, -1);
}

}  // namespace
}  // namespace patchpilot
