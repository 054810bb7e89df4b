#include "base/detached_process.h"

#include "base/error.h"
#include "base/system.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace patchpilot {

void startDetached(const std::filesystem::path& program, const std::vector<std::string>& arguments) {
  const std::string file = program.string();
  std::vector<char*> words = {const_cast<char*>(file.c_str())};
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  int ends[2];  // closed by exec, or told why that has failed
  if (!system::makePipe(ends)) failSystem("cannot make a pipe: {}", std::strerror(errno));
  // From here to exec only what is safe after a fork of a process with several threads.
  const pid_t child = ::fork();
  if (child == 0) {
    const auto giveUp = [&] {
      const int code = errno;
      [[maybe_unused]] const auto written = ::write(ends[1], &code, sizeof code);
      ::_exit(1);
    };
    ::setsid();
    const pid_t grandchild = ::fork();
    if (grandchild < 0) giveUp();
    if (grandchild > 0) ::_exit(0);
    const int nothing = ::open("/dev/null", O_RDWR);
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, standard);
    system::closeInheritedFiles();
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int number : {SIGPIPE, SIGCHLD, SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_DFL);
    ::execv(file.c_str(), words.data());
    giveUp();
  }
  int code = child < 0 ? errno : 0;
  ::close(ends[1]);
  if (child > 0) {
    // A host that ignores SIGCHLD has its children reaped: then there is nothing to wait for.
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    while (::read(ends[0], &code, sizeof code) < 0 && errno == EINTR) {
    }
  }
  ::close(ends[0]);
  if (code != 0) failSystem("cannot start {}: {}", file, std::strerror(code));
}

}  // namespace patchpilot
