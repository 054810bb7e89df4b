#pragma once

#include "base/files.h"
#include "synth/space_init.h"
#include "synth/synth.h"
#include "temporary_folder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace patchpilot {

/// Sets a variable for as long as it lives.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) {
      old_ = old;
      had_ = true;
    }
    ::setenv(name, value.c_str(), 1);
  }
  ~ScopedVariable() {
    if (had_) ::setenv(name_, old_.c_str(), 1);
    else ::unsetenv(name_);
  }

 private:
  const char* name_;
  std::string old_;
  bool had_ = false;
};

inline const std::filesystem::path kTestPlugins = std::filesystem::path(PATCHPILOT_BINARY_DIR) / "plugins";

/// Plug-ins are looked for among the test plug-ins and mda's only, whatever else is installed, spaces among
/// those shipped, wherever the build folder lies; what is found is not kept.
struct TestPlaces {
  explicit TestPlaces(const std::string& generation = "")
      : vst3("VST3_PATH", (kTestPlugins / generation / "vst3").string()),
        lv2("LV2_PATH", (kTestPlugins / generation / "lv2").string() + ":" + mda().string()),
        cache("XDG_CACHE_HOME", folder.path().string()),
        data("XDG_DATA_HOME", folder.path().string()),
        spaces("PATCHPILOT_SPACES", PATCHPILOT_SOURCE_DIR "/spaces") {}

  TemporaryFolder folder, linkToMda;
  ScopedVariable vst3, lv2, cache, data, spaces;

 private:
  /// A folder that holds no more than a link to mda's bundle.
  std::filesystem::path mda() const {
    std::filesystem::create_directory_symlink("/usr/lib/lv2/mda.lv2", linkToMda / "mda.lv2");
    return linkToMda.path();
  }
};

/// Surge XT where a user has it, and everything else as in `TestPlaces`.
struct SurgePlaces : TestPlaces {
  static bool installed() {
    for (const char* folder : {"~", "/usr/lib", "/usr/local/lib"})
      if (std::filesystem::exists(bundles(folder) / "Surge XT.vst3")) return true;
    return false;
  }

  SurgePlaces() : surge("VST3_PATH", bundles("~").string() + ":/usr/lib/vst3:/usr/local/lib/vst3") {}

  ScopedVariable surge;

 private:
  static std::filesystem::path bundles(const std::string& folder) {
    const char* home = std::getenv("HOME");
    return folder == "~" ? std::filesystem::path(home != nullptr ? home : "") / ".vst3"
                         : std::filesystem::path(folder) / "vst3";
  }
};

/// The test synth's parameters by the names of its fields; ids are JUCE's hashes of them.
inline std::string testSynthSpace(const std::string& extra = "") {
  std::string text = R"(format = 1
name = "test"
[synth]
format = "VST3"
name = "Patch Pilot Test Synth"
id = ")" + [] {
    for (const auto& plugin : scanPlugins().plugins)
      if (plugin.format == "VST3" && plugin.name == "Patch Pilot Test Synth") return plugin.id;
    return std::string("missing");
  }() + "\"\n";
  const std::pair<const char*, const char*> parameters[] = {
      {"level", "102865796"},   {"shape", "109399969"},   {"attack", "740224584"},
      {"decay", "95459258"},    {"sustain", "295592483"}, {"release", "1090594823"},
      {"octave", "1125333424"}, {"mode", "3357091"},      {"crash", "94921639"},
      {"hang", "3194994"},      {"silent", "1245156437"}, {"chatter", "739134921"}};
  for (const auto& [key, id] : parameters) {
    const std::string name = key;
    const bool fault = name == "crash" || name == "hang" || name == "silent" || name == "chatter";
    text += "[[parameter]]\nkey = \"" + name + "\"\nid = \"" + id + "\"\nkind = \"continuous\"\n";
    if (fault) text += "constant = 0.0\nconstant_probability = 1.0\n";
  }
  return text + extra;
}

}  // namespace patchpilot
