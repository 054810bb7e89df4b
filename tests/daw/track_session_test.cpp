#include "daw/track_session.h"

#include "audio/file.h"
#include "base/server_address.h"
#include "web/web_fixture.h"

#include <condition_variable>
#include <future>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

constexpr double kRate = 48000;

/// So long that a session does not ask by itself how a match goes.
constexpr double kNever = 1e9;

/// A session, and what its view has become.
class Watched {
 public:
  explicit Watched(const fs::path& data, double startSeconds = 60, double pollSeconds = 0.01) {
    TrackSession::Options options;
    options.data = data;
    options.pollSeconds = pollSeconds;
    options.startSeconds = startSeconds;
    options.renders = 96;
    options.changed = [this] {
      const SessionView view = session_->view();
      std::function<void()> answer;
      {
        std::lock_guard lock(mutex_);
        views_.push_back(view);
        if (trigger_ && trigger_(view)) {
          trigger_ = nullptr;
          answer = answer_;
        }
        changed_.notify_all();
      }
      if (answer) answer();
    };
    session_ = std::make_unique<TrackSession>(options);
    session_->setHostRate(kRate);
  }

  TrackSession* operator->() { return session_.get(); }

  /// Waits until the view is as is wanted. @return it
  SessionView until(const std::function<bool(const SessionView&)>& wanted) {
    std::unique_lock lock(mutex_);
    SessionView view;
    changed_.wait(lock, [&] {
      view = session_->view();
      return wanted(view);
    });
    return view;
  }

  /// Calls a function once, by the thread that brings the view to what is wanted, before that goes on.
  void once(std::function<bool(const SessionView&)> wanted, std::function<void()> answer) {
    std::lock_guard lock(mutex_);
    trigger_ = std::move(wanted);
    answer_ = std::move(answer);
  }

  /// All that the view has been.
  std::vector<SessionView> views() {
    std::lock_guard lock(mutex_);
    return views_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SessionView> views_;
  std::function<bool(const SessionView&)> trigger_;
  std::function<void()> answer_;
  std::unique_ptr<TrackSession> session_;  ///< first to go
};

/// What a track has played: silence, and a note.
std::shared_ptr<SoundRing> playedRing(double noteSeconds = 1.2) {
  auto ring = std::make_shared<SoundRing>(2, kRate, 20);
  std::vector<float> block(480);
  const float* channels[] = {block.data(), block.data()};
  const double start = 0.5;
  for (int i = 0; i < 200; ++i) {
    for (int k = 0; k < 480; ++k) {
      const double t = (i * 480 + k) / kRate - start;
      block[std::size_t(k)] =
          t < 0 || t > noteSeconds
              ? 0
              : float(0.4 * std::exp(-2 * t) *
                      (std::sin(2 * M_PI * 220 * t) + 0.3 * std::sin(4 * M_PI * 220 * t)));
    }
    ring->write(channels, 2, 480, 96000 + i * 480);
  }
  return ring;
}

/// What a host hears of a sound, played once.
std::vector<float> heard(Player& player, int wanted) {
  player.prepare(kRate);
  std::vector<float> left(512), right(512), all;
  float* channels[] = {left.data(), right.data()};
  player.process(channels, 2, 1, Player::kTrack, {});
  player.playOnce(wanted);
  for (int i = 0; i < 300; ++i) {
    std::fill(left.begin(), left.end(), 0.0f);
    std::fill(right.begin(), right.end(), 0.0f);
    player.process(channels, 2, 512, Player::kTrack, {});
    all.insert(all.end(), left.begin(), left.end());
  }
  return all;
}

double levelOf(const std::vector<float>& sound) {
  double sum = 0;
  for (const float sample : sound) sum += double(sample) * sample;
  return std::sqrt(sum / double(sound.size()));
}

class TrackSessionTest : public WebTest {
 protected:
  SessionView matched(Watched& session) {
    session->setRing(playedRing());
    session->take();
    session->match();
    return session.until([](const SessionView& view) {
      return !view.problem.empty() || (view.match && view.match->isOver() && !view.asked);
    });
  }

  /// Has a match asked for, and waits until it has found something: a server that ends now does not begin it
  /// anew.
  void matchBegun(Watched& session) {
    session->setRing(playedRing());
    session->take();
    session->match();
    const SessionView view = session.until([](const SessionView& now) { return now.match.has_value(); });
    follow("/matches/" + view.match->id + "/events",
           [](const nlohmann::json& match) { return match.at("generation") > 0; });
  }
};

TEST_F(TrackSessionTest, TakesMatchesHearsAndTakesAway) {
  makeLibrary();
  open();
  Watched session(options.data);
  const SessionView found = matched(session);
  ASSERT_EQ(found.problem, "");
  EXPECT_EQ(found.link, ServerLink::connected);
  ASSERT_TRUE(found.sound);
  EXPECT_NEAR(found.part.start, 0.5, 0.03);
  EXPECT_NEAR(found.part.seconds, 1.2, 0.1);
  EXPECT_EQ(found.sound->timelineSeconds, 2.0);
  ASSERT_TRUE(found.match);
  EXPECT_EQ(found.match->state, "done");
  ASSERT_EQ(found.match->candidates.size(), 5u);
  ASSERT_TRUE(found.match->target);
  EXPECT_EQ(found.match->target->note, 57);
  EXPECT_NEAR(found.match->target->startSeconds, 0.5, 0.03) << "in the sound that was taken";
  EXPECT_EQ(found.heard, (std::set<int>{1, 2, 3, 4, 5}));

  const auto target = heard(session->player(), 0), best = heard(session->player(), 1);
  EXPECT_GT(levelOf(target), 0.01);
  EXPECT_NEAR(levelOf(best) / levelOf(target), 1, 0.5) << "the candidate is at the target's level";
  EXPECT_EQ(levelOf(heard(session->player(), 9)), 0);

  session->preparePreset(1);
  const SessionView ready = session.until([](const SessionView& view) { return view.presets.contains(1); });
  ASSERT_TRUE(ready.presets.contains(1)) << ready.problem;
  EXPECT_TRUE(fs::exists(ready.presets.at(1) / "manifest.ttl")) << ready.presets.at(1);
  session->install(2);
  const SessionView installed =
      session.until([](const SessionView& view) { return !view.notice.empty() && !view.installing; });
  EXPECT_NE(installed.notice.find("Installed: "), std::string::npos) << installed.notice + installed.problem;
  for (const SessionView& view : session.views())
    EXPECT_FALSE(view.installing && !view.notice.empty()) << "it is installed in one step";
}

TEST_F(TrackSessionTest, IsRestoredWithTheSameTargetAndCandidates) {
  makeLibrary();
  open();
  std::vector<std::uint8_t> state;
  SessionView before;
  {
    Watched session(options.data);
    before = matched(session);
    ASSERT_TRUE(before.match) << before.problem;
    state = session->save({{"listen", 0.5f}});
  }
  EXPECT_LT(state.size(), 400'000u);
  Watched session(options.data);
  EXPECT_EQ(session->restore(state), (std::map<std::string, float>{{"listen", 0.5f}}));
  SessionView after = session.until([](const SessionView& view) { return view.heard.size() == 5; });
  EXPECT_EQ(after.problem, "");
  ASSERT_TRUE(after.match);
  EXPECT_EQ(after.match->candidates, before.match->candidates);
  EXPECT_EQ(after.match->target->note, 57);
  EXPECT_NEAR(after.match->target->startSeconds - after.part.start,
              before.match->target->startSeconds - before.part.start, 1e-4);
  EXPECT_NEAR(*after.sound->timelineSeconds + after.part.start,
              *before.sound->timelineSeconds + before.part.start, 1e-6);
  EXPECT_GT(levelOf(heard(session->player(), 0)), 0.01);
  EXPECT_GT(levelOf(heard(session->player(), 1)), 0.01);

  // And again while it is connected, as undoing does.
  session->restore(state);
  after = session.until([](const SessionView& view) { return view.heard.size() == 5; });
  EXPECT_EQ(after.match->state, before.match->state);

  // Without the server they can be read, and the target heard.
  close();
  Watched alone(places.folder / "nowhere");
  alone->restore(state);
  after = alone.until([](const SessionView& view) { return view.link == ServerLink::missing; });
  EXPECT_EQ(after.match->candidates, before.match->candidates);
  EXPECT_TRUE(after.heard.empty());
  EXPECT_EQ(after.problem, "");
  EXPECT_GT(levelOf(heard(alone->player(), 0)), 0.01);
}

TEST_F(TrackSessionTest, NoMatchOfTheProjectBeforeComesIntoARestoredOne) {
  makeLibrary();
  open();
  Watched session(options.data);
  session->setRing(playedRing());
  session->take();
  session.until([](const SessionView& view) { return view.sound != nullptr; });
  const auto state = session->save({});
  // The host restores while the sound is sent to be matched.
  session.once([](const SessionView& view) { return view.asked; }, [&] { session->restore(state); });
  session->match();
  session.until([](const SessionView& view) { return view.link == ServerLink::connected; });
  session->take(24000, 48000);
  session.until([](const SessionView& view) { return view.part.seconds == 0.5; });
  bool restored = false;
  for (const SessionView& view : session.views()) {
    EXPECT_FALSE(restored && (view.asked || view.match)) << "of the project before";
    restored = restored || view.asked;
  }
}

TEST_F(TrackSessionTest, NoCandidatesOfTheProjectBeforeComeIntoARestoredOne) {
  makeLibrary();
  std::atomic<bool> asks{false};
  std::function<void()> restore;
  options.log = [&](const httplib::Request& request, const httplib::Response&) {
    // While the renders of the candidates are fetched.
    if (request.path.find("/candidates/") != std::string::npos && asks.exchange(false)) restore();
  };
  open();
  Watched session(options.data);
  const SessionView before = matched(session);
  ASSERT_EQ(before.problem, "");
  const auto state = session->save({});
  restore = [&] { session->restore(state); };
  asks = true;
  session->take();
  session->match();
  const auto isRestored = [&](const SessionView& view) {
    return !asks && view.match && view.match->id == before.match->id && view.heard.size() == 5;
  };
  const SessionView after = session.until(isRestored);
  EXPECT_EQ(after.match->candidates, before.match->candidates);
  EXPECT_FALSE(after.asked);
  EXPECT_EQ(after.problem, "");
}

TEST_F(TrackSessionTest, TheWishesForTheProjectBeforeEndWithIt) {
  open();
  Watched session(options.data);
  session->setRing(playedRing());
  const auto empty = session->save({});
  // They wait behind a step, during which the project is restored.
  std::promise<void> restored;
  session.once([](const SessionView& view) { return view.link == ServerLink::connected; },
               [&] {
                 session->take();
                 session->restore(empty);
                 restored.set_value();
               });
  session->connect(false);
  restored.get_future().wait();
  session->take(24000, 48000);
  session.until([](const SessionView& view) { return view.part.seconds == 0.5; });
  for (const SessionView& view : session.views())
    EXPECT_TRUE(!view.sound || view.part.seconds == 0.5) << "the sound was wanted in the project before";
}

TEST_F(TrackSessionTest, FollowsAMatchWhenAnotherServerHasTakenThePlaceOfTheOneThatItAsked) {
  makeLibrary();
  open();
  Watched session(options.data, 60, kNever);
  matchBegun(session);
  close();
  open();
  session->connect(false);
  const SessionView view = session.until([](const SessionView& now) { return !now.asked; });
  EXPECT_EQ(view.link, ServerLink::connected);
  EXPECT_TRUE(view.match->isOver()) << "the new server says what has become of it: " << view.match->state;
}

TEST_F(TrackSessionTest, TellsThatTheServerHasEndedDuringAMatchAndAsksTheNextOne) {
  makeLibrary();
  open();
  Watched session(options.data, 60, kNever);
  matchBegun(session);
  close();
  session->connect(false);
  const SessionView ended = session.until([](const SessionView& view) { return !view.asked; });
  EXPECT_EQ(ended.link, ServerLink::missing);
  EXPECT_NE(ended.problem.find("ended during the match"), std::string::npos) << ended.problem;
  open();
  session->connect(false);
  session.until([](const SessionView& view) { return view.match->isOver(); });
}

TEST_F(TrackSessionTest, GivesAStateBackThatItCannotRead) {
  Watched session(options.data);
  std::vector<std::uint8_t> newer = session->save({});
  newer[14] = 9;
  EXPECT_TRUE(session->restore(newer).empty());
  EXPECT_NE(session->view().problem.find("newer Patch Pilot"), std::string::npos) << session->view().problem;
  EXPECT_EQ(session->save({{"listen", 1.0f}}), newer) << "nothing is lost";
  session->setRing(playedRing());
  session->take();
  session.until([](const SessionView& view) { return view.sound != nullptr; });
  EXPECT_NE(session->save({}), newer);
  EXPECT_EQ(session->view().problem, "");
}

TEST_F(TrackSessionTest, NeitherWhatItRestoresNorASoundThatIsTakenIsSavedByHalves) {
  Watched session(options.data);
  std::vector<std::uint8_t> newer = session->save({});
  newer[14] = 9;
  session->restore(newer);
  session->setRing(playedRing());
  // A host that saves at any time: either what it has restored, or the new sound.
  std::atomic<bool> ends{false};
  bool isHalf = false;
  std::thread host([&] {
    const auto empty = ProjectState{};
    while (!ends) isHalf = isHalf || session->save({}) == packProjectState(empty);
  });
  session->take();
  session.until([](const SessionView& view) { return view.sound != nullptr; });
  ends = true;
  host.join();
  EXPECT_FALSE(isHalf);
}

TEST_F(TrackSessionTest, SaysWhatIsMissing) {
  const ScopedVariable none("PATCHPILOT", ""), nowhere("PATH", "/nosuch");
  Watched session(places.folder / "nowhere");
  const auto problem = [&] {
    return session.until([](const SessionView& view) { return !view.problem.empty(); }).problem;
  };
  session->take();
  EXPECT_NE(problem().find("Nothing has played yet"), std::string::npos) << session->view().problem;
  session->dismissProblem();
  session->match();
  EXPECT_NE(problem().find("First a sound"), std::string::npos) << session->view().problem;
  session->setRing(playedRing());
  session->take();
  session.until([](const SessionView& view) { return view.sound && view.problem.empty(); });
  session->match(false);
  EXPECT_NE(problem().find("not running"), std::string::npos) << session->view().problem;
  EXPECT_EQ(session->view().link, ServerLink::missing);
  session->dismissProblem();
  session->match();
  EXPECT_NE(problem().find("'patchpilot' is not found"), std::string::npos) << session->view().problem;
  EXPECT_EQ(session->view().link, ServerLink::noProgram);
  EXPECT_FALSE(session->view().asked);
  for (const SessionView& view : session.views())
    EXPECT_TRUE(view.problem.empty() || !view.asked)
        << "no view says that a match is asked for which cannot be: " << view.problem;

  open();  // a server without a library
  Watched other(options.data);
  other->setRing(playedRing());
  other->take();
  other->match();
  const SessionView view = other.until([](const SessionView& now) { return !now.problem.empty(); });
  EXPECT_NE(view.problem.find("no library"), std::string::npos) << view.problem;
  bool wasAsked = false;
  for (const SessionView& seen : other.views()) {
    wasAsked = wasAsked || seen.asked;
    EXPECT_TRUE(!wasAsked || seen.asked || !seen.problem.empty()) << "it ends and says why in one step";
  }
}

TEST_F(TrackSessionTest, OpensASoundFileWithTheServersHelp) {
  open();
  Watched session(options.data);
  tone(places.folder / "My bass.wav", 1.5, 110, 48000, 1);
  session->open(places.folder / "My bass.wav");
  SessionView view = session.until([](const SessionView& now) { return now.sound != nullptr; });
  ASSERT_TRUE(view.sound) << view.problem;
  EXPECT_EQ(view.sound->name, "My bass");
  EXPECT_NEAR(view.sound->audio.seconds(), 1.5, 1e-3);
  EXPECT_EQ(view.part.start, 0);
  EXPECT_NEAR(view.part.seconds, 1.5, 1e-3);
  session->mark({0.2, 0.4});
  EXPECT_EQ(session->view().part, (Part{0.2, 0.4}));
  session->mark({-3, 100});
  EXPECT_EQ(session->view().part.start, 0);
  writeFileAtomically(places.folder / "noise.wav", std::string("no sound"));
  session->open(places.folder / "noise.wav");
  view = session.until([](const SessionView& now) { return !now.problem.empty(); });
  EXPECT_NE(view.problem.find("noise.wav"), std::string::npos) << view.problem;
  EXPECT_EQ(view.sound->name, "My bass") << "what was there stays";
}

TEST_F(TrackSessionTest, TakesAndMatchesAtARequestOfTheAudioThreadAndStops) {
  makeLibrary();
  open();
  Watched session(options.data);
  session->setRing(playedRing());
  session->requestTakeAndMatch();
  session.until([](const SessionView& view) { return view.match && view.asked; });
  session->stop();
  const SessionView view = session.until(
      [](const SessionView& now) { return !now.problem.empty() || (now.match && now.match->isOver()); });
  EXPECT_EQ(view.problem, "");
  EXPECT_TRUE(view.match->state == "stopped" || view.match->state == "done") << view.match->state;
}

TEST_F(TrackSessionTest, MarksTheFramesThatItIsTold) {
  Watched session(options.data);
  session->setRing(playedRing());
  session->take(24000, 48000);
  const SessionView view = session.until([](const SessionView& now) { return now.sound != nullptr; });
  EXPECT_NEAR(view.part.start, 0.5, 1e-9);
  EXPECT_NEAR(view.part.seconds, 0.5, 1e-9);
  EXPECT_NEAR(view.sound->audio.seconds(), 2, 1e-3);
}

TEST_F(TrackSessionTest, NoticesThatTheServerIsGoneAndFindsTheNext) {
  open();
  Watched session(options.data);
  session->connect(false);
  session.until([](const SessionView& view) { return view.link == ServerLink::connected; });
  close();
  session->connect(false);
  EXPECT_EQ(session.until([](const SessionView& view) { return view.link == ServerLink::missing; }).link,
            ServerLink::missing);
  open();
  session->connect(false);
  EXPECT_EQ(session.until([](const SessionView& view) { return view.link == ServerLink::connected; }).link,
            ServerLink::connected);
}

TEST_F(TrackSessionTest, StartsAServerIfThereIsNone) {
  const ScopedVariable program("PATCHPILOT", PATCHPILOT_BINARY_DIR "/patchpilot");
  Watched session(options.data);
  session->connect(true);
  const SessionView view = session.until(
      [](const SessionView& now) { return now.link == ServerLink::connected || !now.problem.empty(); });
  EXPECT_EQ(view.problem, "");
  ASSERT_EQ(view.link, ServerLink::connected);
  // It goes on without the session; a test leaves nothing behind.
  const std::vector<int> served = processesWith({options.data.string(), "serve"});
  ASSERT_FALSE(served.empty());  // a child that it forks has its command line for a moment
  for (const int process : served) ::kill(process, SIGTERM);
  for (const int process : served) EXPECT_TRUE(hasEnded(process, 30000));
}

TEST_F(TrackSessionTest, AProgramThatDoesNotAnswerIsToldOf) {
  const ScopedVariable program("PATCHPILOT", "/bin/true");
  Watched session(options.data, 0.05);
  session->connect(true);
  const SessionView view = session.until([](const SessionView& now) { return !now.problem.empty(); });
  EXPECT_NE(view.problem.find("/bin/true was started and does not answer"), std::string::npos)
      << view.problem;
}

}  // namespace
}  // namespace patchpilot
