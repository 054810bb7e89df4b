#include "base/ranks.h"

#include "fake_mpi.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(Ranks, BringMessagesInTheirOrder) {
  FakeMpi mpi(0, 2);
  Ranks ranks(mpi.calls());
  mpi.bring(1, {{"first", 1}});
  mpi.bring(1, {{"second", 2}});
  EXPECT_EQ(ranks.receive(0).message, nlohmann::json({{"first", 1}}));
  EXPECT_EQ(ranks.receive(0).message, nlohmann::json({{"second", 2}}));
  EXPECT_EQ(ranks.receive(0).from, -1);
  ranks.send(1, {{"answer", 3}});
  ASSERT_EQ(mpi.sent.size(), 1u);
  EXPECT_EQ(mpi.sent[0].first, 1);
  EXPECT_EQ(nlohmann::json::from_msgpack(mpi.sent[0].second), nlohmann::json({{"answer", 3}}));
}

TEST(Ranks, ThatSendWhatIsNoMessageCountAsGone) {
  FakeMpi mpi(0, 3);
  mpi.mute = {1};  // so that the end would wait for it forever, if it did not count as gone
  Ranks ranks(mpi.calls());
  mpi.bring(1, std::vector<std::uint8_t>{0xc1, 0x00, 0xff});
  const Ranks::Received received = ranks.receive(0);
  EXPECT_EQ(received.from, 1);
  EXPECT_TRUE(Ranks::isGoodbye(received.message));
}

TEST(Ranks, CountEachRankAsGoneOnce) {
  FakeMpi mpi(0, 3);
  mpi.mute = {1};
  {
    Ranks ranks(mpi.calls());
    mpi.bring(1, std::vector<std::uint8_t>{0xc1});
    mpi.bring(1, {{"goodbye", true}});
    EXPECT_TRUE(Ranks::isGoodbye(ranks.receive(0).message));
    EXPECT_TRUE(Ranks::isGoodbye(ranks.receive(0).message));
  }
  EXPECT_FALSE(mpi.isWaiting()) << "rank 2's goodbye was not waited for";
}

}  // namespace
}  // namespace patchpilot
