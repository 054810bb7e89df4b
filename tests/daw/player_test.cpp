#include "daw/player.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <thread>

namespace patchpilot {
namespace {

constexpr double kRate = 48000;
constexpr int kFrames = 4800;

/// Frames in which a sound of the tests begins and ends: it has no click of its own.
constexpr int kEdge = 240;

PlayedSound constant(float level) {
  std::vector<float> samples(kFrames, level);
  for (int i = 0; i < kEdge; ++i) {
    const float share = float(i) / kEdge;
    samples[std::size_t(i)] *= share;
    samples[std::size_t(kFrames - 1 - i)] *= share;
  }
  return {samples, samples};
}

std::unique_ptr<PlayedSet> set(std::vector<PlayedSound> sounds, std::optional<std::int64_t> timeline = {}) {
  return std::make_unique<PlayedSet>(PlayedSet{std::move(sounds), timeline});
}

/// A track of a constant level, through the player.
class Host {
 public:
  explicit Host(Player& player, float track = 0.1f, int block = 64)
      : player_(player), track_(track), block_(block) {
    player.prepare(kRate);
  }

  std::vector<float> run(int frames, int wanted, std::optional<std::int64_t> timeline = {}) {
    std::vector<float> out;
    for (int done = 0; done < frames; done += block_) {
      std::vector<float> left(std::size_t(block_), track_), right = left;
      float* channels[] = {left.data(), right.data()};
      player_.process(channels, 2, block_, wanted, timeline ? std::optional(*timeline + done) : std::nullopt);
      EXPECT_EQ(left, right);
      out.insert(out.end(), left.begin(), left.end());
      player_.collect();
    }
    return out;
  }

 private:
  Player& player_;
  float track_;
  int block_;
};

float largestStep(const std::vector<float>& sound) {
  float largest = 0;
  for (std::size_t i = 1; i < sound.size(); ++i)
    largest = std::max(largest, std::abs(sound[i] - sound[i - 1]));
  return largest;
}

bool isTrack(const std::vector<float>& sound) { return sound == std::vector<float>(sound.size(), 0.1f); }

TEST(Player, LeavesTheTrackAloneUnlessAsked) {
  Player player;
  Host host(player);
  EXPECT_TRUE(isTrack(host.run(1000, Player::kTrack)));
  player.publish(set({constant(0.5f), constant(0.9f)}, 0));
  EXPECT_TRUE(isTrack(host.run(1000, Player::kTrack, 100)));
  EXPECT_TRUE(isTrack(host.run(1000, 1))) << "the host stands still, and nobody has asked to play";
  EXPECT_TRUE(isTrack(host.run(1000, 5, 100))) << "there is no such sound";
}

TEST(Player, PassesEveryBitPattern) {
  Player player;
  player.prepare(kRate);
  player.publish(set({constant(0.5f)}, 0));
  std::vector<float> samples;
  for (const std::uint32_t bits :
       {0x00000001u, 0x80000000u, 0x7f800000u, 0x7fc00001u, 0xff812345u, 0x7f7fffffu}) {
    float sample;
    std::memcpy(&sample, &bits, sizeof sample);
    samples.push_back(sample);
  }
  std::vector<float> passed = samples;
  float* channels[] = {passed.data(), passed.data()};
  player.process(channels, 2, int(passed.size()), 0, -100000);
  EXPECT_EQ(std::memcmp(passed.data(), samples.data(), samples.size() * sizeof(float)), 0);
}

TEST(Player, PlaysOnceFromTheStartAndGivesTheTrackBack) {
  Player player;
  Host host(player);
  player.publish(set({constant(0.5f), constant(0.9f)}));
  host.run(64, Player::kTrack);
  player.playOnce(1);
  const auto out = host.run(2 * kFrames, Player::kTrack);
  EXPECT_NEAR(double(std::count(out.begin(), out.end(), 0.9f)), kFrames - 2 * kEdge, 0.01 * kRate);
  EXPECT_LT(largestStep(out), 0.01f) << "no click";
  EXPECT_EQ(out.back(), 0.1f);
  EXPECT_FALSE(player.isPlaying());
}

TEST(Player, KeepsTheFirstSampleOfAnAttack) {
  Player player;
  Host host(player, 0);
  PlayedSound attack = constant(0);
  attack.left[0] = attack.right[0] = 0.75f;
  player.publish(set({attack}));
  host.run(64, 0);
  player.playOnce(0);
  const auto out = host.run(kFrames, Player::kTrack);
  EXPECT_FLOAT_EQ(*std::max_element(out.begin(), out.end()), 0.75f);
}

TEST(Player, ReplacesTheNoteAtThePlayhead) {
  Player player;
  Host host(player);
  player.publish(set({constant(0.5f), constant(0.9f)}, 10000));
  host.run(64, 1, 0);
  const auto out = host.run(20032, 1, 64);
  EXPECT_TRUE(isTrack({out.begin(), out.begin() + 9700}));
  EXPECT_EQ(out[10000 - 64 + kEdge], 0.9f);
  EXPECT_EQ(out[10000 - 64 + kFrames / 2], 0.9f);
  EXPECT_TRUE(isTrack({out.begin() + 10000 + kFrames, out.end()}));
  EXPECT_LT(largestStep(out), 0.01f);
}

TEST(Player, FollowsAJumpOfThePlayheadWithoutAClick) {
  Player player;
  Host host(player);
  PlayedSound ramp = constant(0);
  for (int i = 0; i < kFrames; ++i)
    ramp.left[std::size_t(i)] = ramp.right[std::size_t(i)] = float(i) / kFrames;
  player.publish(set({ramp}, 0));
  host.run(64, 0, -1000);
  auto out = host.run(4096, 0, 0);
  const auto more = host.run(2048, 0, 512);
  out.insert(out.end(), more.begin(), more.end());
  EXPECT_LT(largestStep(out), 0.01f);
  EXPECT_NEAR(more[1500], (512 + 1500.0) / kFrames, 1e-5) << "it is where the playhead is";
}

TEST(Player, ChangesBetweenSoundsAndSetsWithoutAClick) {
  Player player;
  Host host(player);
  player.publish(set({constant(0.5f), constant(-0.9f)}));
  host.run(64, Player::kTrack);
  player.playOnce(0);
  auto out = host.run(1024, Player::kTrack);
  EXPECT_EQ(out.back(), 0.5f);
  for (const int wanted : {1, 0, 1, Player::kTrack}) {
    player.switchTo(wanted);
    const auto more = host.run(512, Player::kTrack);
    out.insert(out.end(), more.begin(), more.end());
    EXPECT_EQ(out.back(), wanted == 1 ? -0.9f : wanted == 0 ? 0.5f : 0.1f);
  }
  player.playOnce(0);
  auto more = host.run(512, Player::kTrack);
  out.insert(out.end(), more.begin(), more.end());
  player.publish(set({constant(0.7f)}));
  more = host.run(1024, Player::kTrack);
  out.insert(out.end(), more.begin(), more.end());
  EXPECT_EQ(out.back(), 0.7f);
  player.publish(set({}));
  more = host.run(1024, Player::kTrack);
  out.insert(out.end(), more.begin(), more.end());
  EXPECT_EQ(out.back(), 0.1f) << "what is gone is the track";
  EXPECT_LT(largestStep(out), 0.02f);
}

TEST(Player, StopsWhenItIsTold) {
  Player player;
  Host host(player);
  player.publish(set({constant(0.5f)}));
  host.run(64, 0);
  player.playOnce(0);
  host.run(512, Player::kTrack);
  EXPECT_TRUE(player.isPlaying());
  player.stop();
  const auto out = host.run(512, Player::kTrack);
  EXPECT_EQ(out.back(), 0.1f);
  EXPECT_LT(largestStep(out), 0.01f);
  EXPECT_FALSE(player.isPlaying());
}

TEST(Player, PlaysTheMeanOfBothSidesInMono) {
  Player player;
  player.prepare(kRate);
  PlayedSound wide = constant(0.5f);
  wide.right.assign(wide.right.size(), -0.1f);
  player.publish(set({wide}));
  std::vector<float> samples(2048);
  float* channels[] = {samples.data()};
  player.process(channels, 1, 1, 0, {});
  player.playOnce(0);
  player.process(channels, 1, int(samples.size()), Player::kTrack, {});
  EXPECT_FLOAT_EQ(samples[1024], 0.2f);
}

TEST(Player, TakesSetsFromAnotherThread) {
  Player player;
  Host host(player);
  std::atomic<bool> over{false};
  std::thread publisher([&] {
    for (int i = 0; i < 500; ++i) {
      player.publish(
          set({constant(0.5f), constant(0.9f)}, i % 2 ? std::optional<std::int64_t>(0) : std::nullopt));
      player.playOnce(1);
    }
    over = true;
  });
  player.prepare(kRate);
  std::vector<float> left(256), right(256);
  float* channels[] = {left.data(), right.data()};
  while (!over) player.process(channels, 2, 256, 1, 0);
  publisher.join();
}

}  // namespace
}  // namespace patchpilot
