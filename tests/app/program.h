#pragma once

#include "test_support.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sndfile.h>
#include <sys/wait.h>

#include <algorithm>
#include <cmath>

namespace patchpilot {

struct Result {
  int status = -1;
  std::string out, err;
};

/// Runs a command line with `patchpilot` for its first word, in a shell.
inline Result run(const TemporaryFolder& folder, const std::string& arguments, const std::string& before = "") {
  const std::string out = (folder / "stdout").string(), err = (folder / "stderr").string();
  const std::string command = fmt::format("cd {} && {} {}/patchpilot {} >{} 2>{} </dev/null", folder.path().string(), before,
                                          PATCHPILOT_BINARY_DIR, arguments, out, err);
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, readTextFile(out), readTextFile(err)};
}

inline void tone(const std::filesystem::path& file, double seconds, double hz = 220, int rate = 44100, int channels = 2, double decay = 2) {
  SF_INFO info{};
  info.samplerate = rate;
  info.channels = channels;
  info.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
  SNDFILE* sound = sf_open(file.c_str(), SFM_WRITE, &info);
  std::vector<float> samples;
  for (int i = 0; i < int(seconds * rate); ++i)
    for (int c = 0; c < channels; ++c)
      samples.push_back(float(0.4 * std::exp(-decay * i / rate) * (std::sin(2 * M_PI * hz * i / rate) + 0.3 * std::sin(4 * M_PI * hz * i / rate))));
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
