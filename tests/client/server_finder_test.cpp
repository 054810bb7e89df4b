#include "client/server_finder.h"

#include "base/error.h"
#include "base/places.h"
#include "base/server_address.h"
#include "client/server_client.h"
#include "web/web_fixture.h"

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

class Finder : public WebTest {};

TEST_F(Finder, FindsTheServerOfADataFolderAndNoOther) {
  EXPECT_EQ(findServer(options.data), std::nullopt);
  open();
  EXPECT_EQ(findServer(options.data), server->port());
  fs::create_directory_symlink(options.data, places.folder / "link");
  EXPECT_EQ(findServer(places.folder / "link"), server->port());

  // A killed server's file names a port that another server has got since.
  const fs::path other = places.folder / "other";
  fs::create_directory(other);
  writeServerAddress(other, server->port());
  EXPECT_EQ(findServer(other), std::nullopt);
  const int port = server->port();
  close();
  EXPECT_FALSE(fs::exists(options.data / "address")) << "it takes its address away";
  writeServerAddress(options.data, port);
  EXPECT_EQ(findServer(options.data), std::nullopt) << "nobody listens";
}

TEST_F(Finder, FindsTheProgramWhereItIsSetOrOnThePath) {
  const ScopedVariable none("PATCHPILOT", "");
  const ScopedVariable path("PATH", PATCHPILOT_BINARY_DIR);
  EXPECT_EQ(findPatchPilot(), PATCHPILOT_BINARY_DIR "/patchpilot");
  const ScopedVariable nowhere("PATH", "/nosuch");
  EXPECT_EQ(findPatchPilot(), "");
  EXPECT_THROW(chooseProgram(places.folder / "missing"), Error);
  EXPECT_THROW(chooseProgram(PATCHPILOT_SOURCE_DIR "/README.md"), Error);
  chooseProgram(PATCHPILOT_BINARY_DIR "/patchpilot");
  EXPECT_EQ(findPatchPilot(), PATCHPILOT_BINARY_DIR "/patchpilot");
  const ScopedVariable given("PATCHPILOT", "/elsewhere/patchpilot");
  EXPECT_EQ(findPatchPilot(), "/elsewhere/patchpilot");
}

TEST_F(Finder, StartsAServerThatEndsWhenNobodyUsesIt) {
  startServer(PATCHPILOT_BINARY_DIR "/patchpilot", options.data);
  std::optional<int> port;
  while (!(port = findServer(options.data))) {
  }
  EXPECT_EQ(ServerClient(*port).state().data, fs::canonical(options.data));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "it is no child of this process";
  // The server of this folder is alone there; it is ended by its process id.
  const std::vector<int> served =
      processesWith({PATCHPILOT_BINARY_DIR "/patchpilot", options.data.string(), "--idle"});
  ASSERT_FALSE(served.empty());  // a child that it forks has its command line for a moment
  for (const int process : served) ::kill(process, SIGTERM);
  for (const int process : served) EXPECT_TRUE(hasEnded(process, 30000));
  EXPECT_EQ(findServer(options.data), std::nullopt);
  EXPECT_FALSE(fs::exists(options.data / "address"));
}

TEST_F(Finder, AnUnusedServerEnds) {
  fs::create_directories(options.data);
  ProgramInBackground program(places.folder,
                              {"serve", "--port", "0", "--idle", "0.1", "--data", options.data.string()});
  EXPECT_EQ(program.status(), 0);
  EXPECT_FALSE(fs::exists(options.data / "address"));
}

TEST_F(Finder, AnUnusedServerFinishesItsMatchFirst) {
  makeLibrary();
  options.idleSeconds = 3;
  open();
  const std::string id = startMatch({{"sound", uploadTone()}, {"renders", 400}});
  runner.join();  // it ends by itself
  const auto record = nlohmann::json::parse(readTextFile(options.data / "matches" / id / "match.json"));
  EXPECT_EQ(record.at("state"), "done") << record.dump(1);
}

}  // namespace
}  // namespace patchpilot
