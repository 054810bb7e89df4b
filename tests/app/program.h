#pragma once

#include "test_support.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sndfile.h>
#include <sys/wait.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

namespace patchpilot {

struct Result {
  int status = -1;
  std::string out, err;
};

/// Runs a command line with `patchpilot` for its first word, in a shell.
inline Result run(const TemporaryFolder& folder, const std::string& arguments,
                  const std::string& before = "") {
  const std::string out = (folder / "stdout").string(), err = (folder / "stderr").string();
  const std::string command =
      fmt::format("cd {} && {} {}/patchpilot {} >{} 2>{} </dev/null", folder.path().string(), before,
                  PATCHPILOT_BINARY_DIR, arguments, out, err);
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, readTextFile(out), readTextFile(err)};
}

/// `patchpilot` while it runs. Killed where it has not ended when this is destroyed.
class ProgramInBackground {
 public:
  ProgramInBackground(const TemporaryFolder& folder, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), PATCHPILOT_BINARY_DIR "/patchpilot");
    std::vector<char*> words;
    for (auto& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    id_ = ::fork();
    if (id_ == 0) {
      const int nothing = ::open("/dev/null", O_RDWR);
      ::dup2(nothing, STDIN_FILENO);
      ::dup2(nothing, STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      if (::chdir(folder.path().c_str()) == 0) ::execv(words[0], words.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    errors_ = ::fdopen(ends[0], "r");
  }
  ~ProgramInBackground() {
    if (running_) ::kill(id_, SIGKILL);
    status();
    std::fclose(errors_);
  }
  ProgramInBackground(const ProgramInBackground&) = delete;
  ProgramInBackground& operator=(const ProgramInBackground&) = delete;

  int id() const { return id_; }
  void signal(int number) const { ::kill(id_, number); }

  bool isRunning() {
    int status = 0;
    if (running_ && ::waitpid(id_, &status, WNOHANG) == id_) {
      status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      running_ = false;
    }
    return running_;
  }

  /// The next line that it prints to stderr; empty where it has ended.
  std::string nextLine() {
    std::string line;
    for (int c = std::fgetc(errors_); c != EOF; c = std::fgetc(errors_)) {
      line += char(c);
      if (c == '\n') break;
    }
    return line;
  }

  /// The processes that it has started and not buried.
  std::vector<int> children() const {
    std::vector<int> ids;
    for (const auto& process : std::filesystem::directory_iterator("/proc")) {
      std::ifstream stat(process.path() / "stat");
      std::string id, name, state;
      int parent = 0;
      if (stat >> id >> name >> state >> parent && parent == id_) ids.push_back(std::stoi(id));
    }
    return ids;
  }

  /// Waits for its end. @return its exit status, or -1 where a signal has killed it
  int status() {
    int status = 0;
    if (running_ && ::waitpid(id_, &status, 0) == id_) status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    running_ = false;
    return status_;
  }

 private:
  int id_ = 0;
  int status_ = -1;
  bool running_ = true;
  std::FILE* errors_ = nullptr;
};

inline void tone(const std::filesystem::path& file, double seconds, double hz = 220, int rate = 44100,
                 int channels = 2, double decay = 2) {
  SF_INFO info{};
  info.samplerate = rate;
  info.channels = channels;
  info.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
  SNDFILE* sound = sf_open(file.c_str(), SFM_WRITE, &info);
  std::vector<float> samples;
  for (int i = 0; i < int(seconds * rate); ++i)
    for (int c = 0; c < channels; ++c)
      samples.push_back(
          float(0.4 * std::exp(-decay * i / rate) *
                (std::sin(2 * M_PI * hz * i / rate) + 0.3 * std::sin(4 * M_PI * hz * i / rate))));
  sf_writef_float(sound, samples.data(), sf_count_t(samples.size()) / channels);
  sf_close(sound);
}

/// One line that names what is wrong, the right status, and nothing left behind.
inline void expectRefusal(const Result& result, int status, const std::string& part) {
  EXPECT_EQ(result.status, status) << result.err;
  EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
}

}  // namespace patchpilot
