#include "daw/followed_match.h"

#include "base/error.h"
#include "web/web_fixture.h"

namespace patchpilot {
namespace {

class FollowedMatchTest : public WebTest {
 protected:
  /// Three seconds of silence with a note in them, from 1.5 s on.
  static TakenSound sound() {
    AudioBuffer audio(2, 3 * 44100);
    for (std::size_t i = 66150; i < 110250; ++i) {
      const double t = double(i - 66150) / kSampleRateHz;
      audio.channel(0)[i] = audio.channel(1)[i] =
          float(0.4 * std::exp(-2 * t) * std::sin(2 * M_PI * 220 * t));
    }
    return {std::move(audio), "Track", {}};
  }

  static constexpr Part kNote{1.5, 1};
};

TEST_F(FollowedMatchTest, GetsTheRendersAndTellsTimesInTheSound) {
  makeLibrary();
  open();
  ServerClient own(server->port());
  FollowedMatch match = FollowedMatch::begin(own, sound(), kNote, {libraryId()}, 96);
  EXPECT_TRUE(match.isRunning());
  EXPECT_EQ(match.targetIn(kNote), kNote) << "the note in it is not found yet";
  finished(match.progress().id);
  EXPECT_TRUE(match.ask(own));
  EXPECT_FALSE(match.isRunning());
  EXPECT_TRUE(match.isSettled());
  EXPECT_EQ(match.progress().state, "done");
  EXPECT_EQ(match.renders().size(), match.progress().candidates.size());
  EXPECT_GT(match.renders().at(1).sound.frames(), 0u);
  const Part target = match.targetIn(kNote);
  EXPECT_NEAR(target.start, 1.5, 0.03) << "only what lies from 1 s on was sent";
  EXPECT_EQ(match.targetIn({0, 1}), (Part{0, 1})) << "another part is no target of it";
  EXPECT_FALSE(match.ask(own)) << "they are there already";

  // As a project keeps it, of which the first second was cut off.
  ServerMatch kept = match.progress();
  kept.target->startSeconds -= 1;
  FollowedMatch restored(kept, {0.5, 1});
  EXPECT_FALSE(restored.isSettled());
  EXPECT_TRUE(restored.ask(own));
  EXPECT_NEAR(restored.targetIn({0.5, 1}).start, target.start - 1, 1e-9);
}

TEST_F(FollowedMatchTest, IsSettledIfTheServerDoesNotKnowItAndNotIfNobodyAnswers) {
  open();
  ServerClient own(server->port());
  ServerMatch kept;
  kept.id = "0123456789abcdef";
  kept.state = "refining";
  FollowedMatch match(kept, kNote);
  EXPECT_THROW(match.ask(own), Error);
  EXPECT_TRUE(match.isSettled());
  EXPECT_FALSE(match.isRunning());

  FollowedMatch other(kept, kNote);
  close();
  EXPECT_THROW(other.ask(own), Error);
  EXPECT_FALSE(other.isSettled());
  EXPECT_TRUE(other.isRunning());
  kept.id.clear();
  EXPECT_TRUE(FollowedMatch(kept, kNote).isSettled()) << "nobody can be asked";
}

TEST_F(FollowedMatchTest, NeedsALibrary) {
  open();
  ServerClient own(server->port());
  EXPECT_THROW(FollowedMatch::begin(own, sound(), kNote, {}, {}), Error);
}

}  // namespace
}  // namespace patchpilot
