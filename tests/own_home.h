#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace patchpilot {

/// An empty home for each test, and no variable that names another place.
class OwnHome : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "patchpilot-home-XXXXXX").string();
    home_ = ::mkdtemp(name.data());
    for (const char* variable : {"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "SURGE_DATA_HOME"}) {
      const char* value = std::getenv(variable);
      before_.emplace_back(variable, value ? value : "");
      ::unsetenv(variable);
    }
    ::setenv("HOME", home_.c_str(), 1);
  }
  void TearDown() override {
    for (const auto& [variable, value] : before_)
      if (value.empty()) ::unsetenv(variable.c_str());
      else ::setenv(variable.c_str(), value.c_str(), 1);
    std::filesystem::remove_all(home_);
  }

  std::filesystem::path home_;

 private:
  std::vector<std::pair<std::string, std::string>> before_;
};

}  // namespace patchpilot
