#include "client/server_client.h"

#include "base/error.h"
#include "client/server_finder.h"
#include "web/web_fixture.h"

#include <csignal>

namespace patchpilot {
namespace {

class Client : public WebTest {};

TEST_F(Client, MatchesHearsAndTakesWhatTheServerFinds) {
  makeLibrary();
  open();
  ServerClient own(server->port());
  const ServerState state = own.state();
  EXPECT_EQ(state.version, "test");
  EXPECT_EQ(state.data, std::filesystem::canonical(options.data));
  ASSERT_EQ(state.libraries.size(), 1u);
  EXPECT_EQ(state.libraries[0].patches, kPatches);
  EXPECT_TRUE(state.libraries[0].isUsable());
  EXPECT_NE(state.libraries[0].synth.find("JX10"), std::string::npos) << state.libraries[0].synth;

  const std::string tone = toneBytes();
  const UploadedSound sound = own.upload("My tone & more.wav", Bytes(tone.begin(), tone.end()));
  EXPECT_NEAR(sound.seconds, 1.5, 1e-6);
  EXPECT_EQ(sound.name, "My tone & more.wav");
  EXPECT_EQ(own.soundAudio(sound.id).size() > 44u, true);
  MatchQuestion question{.sound = sound.id, .libraries = {state.libraries[0].id}};
  question.renders = 96;
  const std::string id = own.startMatch(question);
  finished(id);
  const ServerMatch match = own.match(id);
  EXPECT_EQ(match.state, "done") << match.error;
  EXPECT_TRUE(match.isOver());
  ASSERT_EQ(match.candidates.size(), 5u);
  ASSERT_TRUE(match.target);
  EXPECT_EQ(match.target->note, 57);
  const MatchedCandidate& best = match.candidates[0];
  EXPECT_EQ(best.rank, 1);
  EXPECT_TRUE(best.distance);
  EXPECT_EQ(best.distances.size(), 4u);
  EXPECT_EQ(own.get(best.audio)[0], 'R');
  ASSERT_FALSE(best.presets.empty());
  EXPECT_EQ(own.get(best.presets[0].url)[0], 'P') << "a packed bundle";
  const auto files = own.install(best);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_TRUE(files[0].starts_with((places.folder / "home").string())) << files[0];
  own.stopMatch(id);  // over already
}

TEST_F(Client, RepeatsTheServersRefusal) {
  open();
  ServerClient own(server->port());
  try {
    own.match("0123456789abcdef");
    FAIL() << "there is no such match";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_NE(std::string(error.what()).find("0123456789abcdef"), std::string::npos) << error.what();
  }
  EXPECT_THROW(own.upload("noise", Bytes{1, 2, 3}), Error);
  EXPECT_THROW(own.get("http://example.org/"), Error);
  EXPECT_THROW(own.get("/elsewhere"), Error);
}

TEST_F(Client, SaysThatNobodyAnswers) {
  open();
  ServerClient own(server->port());
  own.state();
  close();
  try {
    own.state();
    FAIL() << "nobody is there";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::system);
    EXPECT_NE(std::string(error.what()).find("does not answer"), std::string::npos) << error.what();
  }
}

/// Takes connections and says nothing.
class SilentServer {
 public:
  SilentServer() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(descriptor_, 8);
    socklen_t length = sizeof address;
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { ::close(descriptor_); }

  int port() const { return port_; }

  /// Waits until somebody has connected, and takes the connection.
  int accepted() const { return ::accept(descriptor_, nullptr, nullptr); }

 private:
  int descriptor_;
  int port_ = 0;
};

TEST(ServerClient, IsEndedByAnotherThread) {
  const SilentServer silent;
  ServerClient own(silent.port());
  std::string said;
  std::thread asking([&] {
    try {
      own.state();
    } catch (const Error& error) {
      said = error.what();
    }
  });
  const int connection = silent.accepted();
  char byte;
  ASSERT_GT(::recv(connection, &byte, 1, 0), 0) << "the request is on its way";
  own.abort();
  asking.join();
  EXPECT_EQ(said, "stopped");
  EXPECT_THROW(own.state(), Error) << "nothing is asked any more";
  ::close(connection);
}

// httplib does not ask send() to leave the signal out, and in a host it would end the DAW.
TEST(ServerClient, SurvivesAServerThatGoesWhileItSends) {
  const SilentServer silent;
  struct sigaction usual {
  }, before{};
  usual.sa_handler = SIG_DFL;
  ::sigaction(SIGPIPE, &usual, &before);
  bool refused = false;
  std::thread sending([&] {
    blockSignalsOfThisThread();
    ServerClient own(silent.port());
    try {
      own.upload("much", Bytes(16 << 20));
    } catch (const Error& error) {
      refused = error.code() == ExitCode::system;
    }
  });
  const int connection = silent.accepted();
  const linger atOnce{1, 0};
  ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
  ::close(connection);
  sending.join();
  ::sigaction(SIGPIPE, &before, nullptr);
  EXPECT_TRUE(refused);
}

}  // namespace
}  // namespace patchpilot
