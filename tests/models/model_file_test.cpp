#include "models/model_file.h"

#include "base/error.h"
#include "test_support.h"

#include <functional>

namespace patchpilot {
namespace {

ModelAbout about() {
  return {"regression", "regression", "cnn",     "A title", "GPL-3.0-or-later",
          "0123",       "urn:synth",  "log-mel", 3,         "{}"};
}

class ModelFile : public testing::Test {
 protected:
  Safetensors write(const std::map<std::string, std::string>& metadata) {
    writeSafetensors(file_, {{"a", {1}, {1}}}, metadata);
    return Safetensors(file_);
  }

  std::string refusal(const std::function<void()>& use) {
    try {
      use();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      return error.what();
    }
    return "none";
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "model.safetensors";
};

TEST_F(ModelFile, SaysWhatItIs) {
  const ModelAbout read = readModelAbout(write(metadataOf(about())));
  EXPECT_EQ(metadataOf(read), metadataOf(about()));
  EXPECT_EQ(read.frontEndVersion, 3);
  EXPECT_EQ(read.space, "0123");
}

TEST_F(ModelFile, OneThatLacksAFieldIsRefused) {
  for (const auto& [name, value] : metadataOf(about())) {
    if (name == "patchpilot_model") continue;
    auto metadata = metadataOf(about());
    metadata.erase(name);
    EXPECT_EQ(refusal([&] { readModelAbout(write(metadata)); }),
              fmt::format("{}: its metadata lack {}", file_.string(), name));
  }
  auto metadata = metadataOf(about());
  metadata["front_end_version"] = "3x";
  EXPECT_EQ(refusal([&] { readModelAbout(write(metadata)); }),
            file_.string() + ": its metadata give '3x' for front_end_version, which is no whole number");
  metadata["patchpilot_model"] = "2";
  EXPECT_EQ(refusal([&] { readModelAbout(write(metadata)); }),
            file_.string() + ": its metadata are of format '2'; this program reads 1");
  EXPECT_NE(refusal([&] { readModelAbout(write({})); }).find("this is no file of 'patchpilot train'"),
            std::string::npos);
}

TEST_F(ModelFile, OneThatDoesNotFitIsRefused) {
  EXPECT_EQ(refusal([&] { requireModel(about(), {}, file_); }), "none");
  EXPECT_EQ(refusal([&] {
              requireModel(about(), {"regression", "0123", "urn:synth", "log-mel", 3}, file_);
            }),
            "none");
  const std::string rest = "; name another file, or train it again";
  EXPECT_EQ(refusal([&] { requireModel(about(), {.kind = "flow"}, file_); }),
            file_.string() + ": its kind is 'regression', needed is 'flow'" + rest);
  EXPECT_EQ(refusal([&] { requireModel(about(), {.space = "4567"}, file_); }),
            file_.string() + ": its space is '0123', needed is '4567'" + rest);
  EXPECT_EQ(refusal([&] { requireModel(about(), {.frontEndVersion = 4}, file_); }),
            file_.string() +
                ": it was trained on log-mel of version 3, this program makes version 4; train it again");
}

TEST_F(ModelFile, EmbeddersOfEarlierVersionsAreRead) {
  for (const char* name : {"ours-jx10", "ours-surge-xt"}) {
    const ModelAbout old = readModelAbout(Safetensors(std::filesystem::path(PATCHPILOT_SOURCE_DIR) /
                                                      "embedders" / (name + std::string(".safetensors"))));
    EXPECT_EQ(old.kind, "embedder");
    EXPECT_EQ(old.frontEnd, "sound-image");
    EXPECT_EQ(old.frontEndVersion, 1);
  }
}

}  // namespace
}  // namespace patchpilot
