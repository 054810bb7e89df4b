#include "models/model_folder.h"

#include "own_home.h"
#include "temporary_folder.h"

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

class ModelFolder : public OwnHome {
 protected:
  void SetUp() override {
    OwnHome::SetUp();
    ::setenv("PATCHPILOT_MODELS", folder_.path().c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("PATCHPILOT_MODELS");
    OwnHome::TearDown();
  }

  /// @param title  its length is the same in all files that are to have one size
  void write(const std::string& name, const std::string& kind, const std::string& title = "a") {
    ModelAbout about;
    about.kind = about.task = kind;
    about.network = "net";
    about.title = title;
    writeSafetensors(folder_ / name, {{"a", {1}, {1}}}, metadataOf(about));
  }

  /// Titles of the models of a kind that are in the folder.
  std::vector<std::string> titles(const std::string& kind) {
    std::vector<std::string> found;
    for (const FoundModel& model : findModels(kind))
      if (model.file.parent_path() == folder_.path()) found.push_back(model.about.title);
    return found;
  }

  using Titles = std::vector<std::string>;
  TemporaryFolder folder_;
};

TEST_F(ModelFolder, FindsTheModelsOfAKind) {
  write("one.safetensors", "flow", "one");
  write("other.safetensors", "flow", "two");
  write("third.safetensors", "regression", "three");
  writeSafetensors(folder_ / "foreign.safetensors", {{"a", {1}, {1}}}, {});
  EXPECT_EQ(titles("flow"), (Titles{"one", "two"}));
  EXPECT_EQ(titles("regression"), Titles{"three"});
  EXPECT_EQ(titles("corrector"), Titles{});
}

TEST_F(ModelFolder, ReadsAFileOnceUntilItChanges) {
  const fs::path file = folder_ / "one.safetensors";
  write("one.safetensors", "flow", "a");
  EXPECT_EQ(titles("flow"), Titles{"a"});
  const auto time = fs::last_write_time(file);
  write("one.safetensors", "flow", "b");
  fs::last_write_time(file, time);
  EXPECT_EQ(titles("flow"), Titles{"a"}) << "it was read again";
  fs::last_write_time(file, time + std::chrono::seconds(1));
  EXPECT_EQ(titles("flow"), Titles{"b"});
  write("one.safetensors", "regression", "another size");
  fs::last_write_time(file, time + std::chrono::seconds(1));
  EXPECT_EQ(titles("flow"), Titles{});
  EXPECT_EQ(titles("regression"), Titles{"another size"});
  fs::remove(file);
  EXPECT_EQ(titles("regression"), Titles{});
}

}  // namespace
}  // namespace patchpilot
