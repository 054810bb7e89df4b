#include "program.h"

#include "base/files.h"
#include "base/places.h"

#include <nlohmann/json.hpp>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kTrain =
    "train embedder --library jx10.db --out mine.safetensors --renders 240 --workers 2 --steps ";

/// A small library of JX10, and folders of models in which there is nothing but what is trained here.
class TrainEmbedder : public ::testing::Test {
 protected:
  void SetUp() override {
    if (networksModule().empty()) GTEST_SKIP() << "built without networks";
    const Result made = program(
        "library build --space jx10 --embedder mel-envelope --count 110 --length 0.3 --duration 0.5 --out "
        "jx10.db");
    ASSERT_EQ(made.status, 0) << made.err;
  }

  Result program(const std::string& arguments) {
    return run(places_.folder, arguments, "PATCHPILOT_MODELS=.");
  }
  bool isThere(const std::string& name) { return fs::exists(places_.folder / name); }
  std::uintmax_t size(const std::string& name) {
    return isThere(name) ? fs::file_size(places_.folder / name) : 0;
  }

  TestPlaces places_;
};

TEST_F(TrainEmbedder, MakesAnEmbedderThatLibrariesAreSearchedBy) {
  const Result trained = program(std::string(kTrain) + "20");
  ASSERT_EQ(trained.status, 0) << trained.err;
  for (const char* part :
       {"mel-envelope: MSS of the best of 1, 5, 50: ", "kept:         MSS of the best of", "step 20: loss ",
        "Written mine.safetensors\nWritten mine.toml\nWritten mine.training.json\n"})
    EXPECT_NE(trained.out.find(part), std::string::npos) << trained.out;
  EXPECT_EQ(json::parse(readTextFile(places_.folder / "mine.training.json")).at("curve").size() >= 2, true);
  for (const char* gone : {"mine.data", "mine.checkpoint"}) EXPECT_FALSE(isThere(gone)) << gone;
  expectRefusal(program(std::string(kTrain) + "20"), 2,
                "mine.safetensors exists; remove it, or name another --out");

  ASSERT_EQ(program("library embed jx10.db --with mine").status, 0);
  tone(places_.folder / "t.wav", 0.5);
  const Result found = program(
      "match t.wav --library jx10.db --embedder mine --proposals 3 --top 1 --workers 1 --json --out m");
  EXPECT_EQ(found.status, 0) << found.err;
  // It is trained for JX10, and the user's own: so it is what a new library of JX10 is made by.
  ASSERT_EQ(program("library build --space jx10 --count 2 --length 0.3 --duration 0.5 --out new.db").status,
            0);
  EXPECT_EQ(json::parse(program("library info new.db --json").out).at("embeddings")[0].at("name"), "mine");
}

TEST_F(TrainEmbedder, GoesOnWhereItWasKilledAndWhereItWasStopped) {
  const std::vector<std::string> command = {
      "train",     "embedder", "--library", "jx10.db", "--out",   "mine.safetensors",
      "--renders", "240",      "--workers", "2",       "--steps", "100000"};
  const ScopedVariable models("PATCHPILOT_MODELS", ".");
  std::uintmax_t kept = 0;
  {
    ProgramInBackground killed(places_.folder, command);
    while (size("mine.data") < 1000 && killed.isRunning()) ::usleep(2000);
    killed.signal(SIGKILL);
    killed.status();
    kept = size("mine.data");
    ASSERT_GE(kept, 1000u);
  }
  {
    ProgramInBackground stopped(places_.folder, command);
    while (size("mine.data") <= kept && !isThere("mine.checkpoint") && stopped.isRunning()) ::usleep(2000);
    stopped.signal(SIGINT);
    EXPECT_EQ(stopped.status(), 130);
    EXPECT_FALSE(isThere("mine.checkpoint")) << "it trained on what was not rendered";
  }
  {
    ProgramInBackground stopped(places_.folder, command);
    std::string line;
    do line = stopped.nextLine();
    while (!line.empty() && line.find("steps ") == std::string::npos);
    ASSERT_NE(line, "") << "it ended before it trained";
    stopped.signal(SIGINT);
    EXPECT_EQ(stopped.status(), 130);
  }
  EXPECT_GE(size("mine.data"), kept) << "what was rendered is rendered once";
  EXPECT_TRUE(isThere("mine.checkpoint"));
  EXPECT_FALSE(isThere("mine.safetensors"));
  // With other steps it is another training: what was rendered is of use to it, the checkpoint is not.
  expectRefusal(program(std::string(kTrain) + "20"), 3,
                "mine.checkpoint is of a training with other data or options; remove it");
  const Bytes rendered = readFile(places_.folder / "mine.data");
  fs::remove(places_.folder / "mine.checkpoint");
  const Result trained = program(std::string(kTrain) + "20 --keep-data");
  ASSERT_EQ(trained.status, 0) << trained.err;
  EXPECT_TRUE(readFile(places_.folder / "mine.data") == rendered) << "nothing is rendered again";
  const Result whole = program(
      "train embedder --library jx10.db --out whole.safetensors --renders 240 --workers 2 --steps 1 "
      "--keep-data");
  ASSERT_EQ(whole.status, 0) << whole.err;
  EXPECT_TRUE(readFile(places_.folder / "whole.data") == rendered)
      << "of groups that were stopped none is kept";
}

}  // namespace
}  // namespace patchpilot
