#include "base/detached_process.h"

#include "base/error.h"
#include "base/files.h"
#include "temporary_folder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace patchpilot {
namespace {

TEST(StartDetached, StartsAProgramThatIsNoChildAndHasNoFileOfThisProcess) {
  const TemporaryFolder folder;
  const std::string fifo = (folder / "fifo").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  int inherited[2];
  ASSERT_EQ(::pipe(inherited), 0);  // not closed by exec
  sigset_t signals, before;
  ::sigfillset(&signals);
  ::pthread_sigmask(SIG_BLOCK, &signals, &before);
  // A shell blocks signals for a moment when it waits for a child: the last command takes its place.
  startDetached("/bin/sh", {"-c", "ls -l /proc/$$/fd >\"$1\"; exec grep SigBlk /proc/self/status >>\"$1\"",
                            "sh", (folder / "told").string()});
  // The second is started when the first may still run; it waits for a reader, and tells when the first has
  // ended.
  startDetached("/bin/sh", {"-c", "until grep -q SigBlk \"$1\" 2>/dev/null; do :; done; echo $PPID >\"$2\"",
                            "sh", (folder / "told").string(), fifo});
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  const int reader = ::open(fifo.c_str(), O_RDONLY);
  char text[32] = {};
  EXPECT_GT(::read(reader, text, sizeof text - 1), 0);
  ::close(reader);
  EXPECT_NE(std::atoi(text), ::getpid());
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "no child is left to wait for";
  EXPECT_EQ(errno, ECHILD);
  const std::string told = readTextFile(folder / "told");
  EXPECT_EQ(told.find("pipe:"), std::string::npos) << told;
  EXPECT_NE(told.find("SigBlk:\t0000000000000000"), std::string::npos) << told;
  ::close(inherited[0]);
  ::close(inherited[1]);
}

TEST(StartDetached, SaysWhyAProgramCannotBeStarted) {
  try {
    startDetached("/nosuch/program", {});
    FAIL() << "it was started";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()), "cannot start /nosuch/program: No such file or directory");
    EXPECT_EQ(error.code(), ExitCode::system);
  }
}

}  // namespace
}  // namespace patchpilot
