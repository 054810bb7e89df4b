#include "daw/local_server.h"

#include "base/error.h"
#include "web/web_fixture.h"

namespace patchpilot {
namespace {

class LocalServerTest : public WebTest {
 protected:
  static std::string refusalOf(const std::function<void()>& call, ExitCode code) {
    try {
      call();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      return error.what();
    }
    return "";
  }
};

TEST_F(LocalServerTest, IsFoundLostAndFoundAgain) {
  LocalServer own({.data = options.data});
  EXPECT_EQ(own.link(), ServerLink::unknown);
  EXPECT_FALSE(own.reach(false));
  EXPECT_EQ(own.link(), ServerLink::missing);
  EXPECT_NE(refusalOf([&] { own.client(); }, ExitCode::input).find("not running"), std::string::npos);

  open();
  EXPECT_TRUE(own.reach(false));
  EXPECT_EQ(own.link(), ServerLink::connected);
  EXPECT_EQ(own.offer().version, "test");
  const int first = own.connection();
  EXPECT_TRUE(own.reach(false));
  EXPECT_EQ(own.connection(), first) << "it is the same";

  close();
  EXPECT_FALSE(own.reach(false));
  EXPECT_EQ(own.link(), ServerLink::missing);
  open();
  EXPECT_TRUE(own.reach(false));
  EXPECT_GT(own.connection(), first);
}

TEST_F(LocalServerTest, SaysThatThereIsNoProgramToStart) {
  const ScopedVariable none("PATCHPILOT", ""), nowhere("PATH", "/nosuch");
  LocalServer own({.data = options.data});
  EXPECT_NE(refusalOf([&] { own.reach(true); }, ExitCode::input).find("'patchpilot' is not found"),
            std::string::npos);
  EXPECT_EQ(own.link(), ServerLink::noProgram);
}

TEST_F(LocalServerTest, SaysThatAProgramDoesNotAnswer) {
  const ScopedVariable program("PATCHPILOT", "/bin/true");
  ServerLink whenStarted = ServerLink::unknown;
  LocalServer own({.data = options.data, .startSeconds = 0.05, .tickSeconds = 0.01},
                  [&] { whenStarted = own.link(); });
  EXPECT_NE(refusalOf([&] { own.reach(true); }, ExitCode::system).find("/bin/true was started"),
            std::string::npos);
  EXPECT_EQ(whenStarted, ServerLink::starting);
}

TEST_F(LocalServerTest, AsksNothingMoreOnceItIsAborted) {
  open();
  LocalServer own({.data = options.data});
  own.reach(false);
  own.abort();
  EXPECT_EQ(refusalOf([&] { own.client().state(); }, ExitCode::system), "stopped");
  EXPECT_EQ(refusalOf([&] { own.reach(true); }, ExitCode::system), "stopped");
}

}  // namespace
}  // namespace patchpilot
