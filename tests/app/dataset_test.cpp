// From a dataset to a network that a match needs no library with.
#include "program.h"

#include "base/places.h"

#include <nlohmann/json.hpp>

#include <set>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class Dataset : public ::testing::Test {
 protected:
  Result program(const std::string& arguments) {
    return run(places_.folder, arguments, "PATCHPILOT_MODELS=" + places_.folder.path().string());
  }
  fs::path shard(const std::string& folder) { return places_.folder / folder / "examples-00000.shard"; }

  TestPlaces places_;
};

TEST_F(Dataset, KilledAndBuiltAgainIsTheSame) {
  const std::string build = "dataset build --space jx10 --workers 2 --count ";
  ASSERT_EQ(program(build + "40 --out whole").status, 0);
  {
    ProgramInBackground killed(places_.folder, {"dataset", "build", "--space", "jx10", "--workers", "2",
                                                "--count", "100000", "--out", "parts"});
    // Some examples are written as soon as a buffer of the file is full.
    while (killed.isRunning() && !(fs::exists(shard("parts")) && fs::file_size(shard("parts")) > 100'000))
      ::usleep(2000);
    killed.signal(SIGKILL);
    killed.status();
  }
  const auto written = fs::file_size(shard("parts"));
  ASSERT_GT(written, 100'000u);
  // What is there already is not counted again, and what is too much is not removed.
  const Result built = program(build + "40 --out parts");
  ASSERT_EQ(built.status, 0) << built.err;
  const Bytes parts = readFile(shard("parts")), whole = readFile(shard("whole"));
  ASSERT_GE(parts.size(), whole.size());
  EXPECT_TRUE(std::equal(whole.begin(), whole.end(), parts.begin()));
  expectRefusal(program(build + "50 --seed 2 --out whole"), 3, "its seed is '1', asked for is '2'");
}

TEST_F(Dataset, TrainsANetworkThatMatchesWithoutALibrary) {
  if (networksModule().empty()) GTEST_SKIP() << "built without networks";
  ASSERT_EQ(program("dataset build --space jx10 --workers 2 --count 150 --out data").status, 0);
  for (const char* kind : {"regression", "flow"}) {
    const Result trained =
        program(fmt::format("train {0} --data data --out my-{0}.safetensors --steps 2 --workers 2", kind));
    ASSERT_EQ(trained.status, 0) << trained.err;
    EXPECT_NE(trained.out.find("best of 1"), std::string::npos) << trained.out;
    const json about = json::parse(program(fmt::format("models info my-{} --json", kind)).out);
    EXPECT_EQ(about.at("kind"), kind);
    EXPECT_EQ(about.at("front_end"), "network-features");
    EXPECT_TRUE(about.at("judged").at("trained").contains("mss_of_best"));
  }
  tone(places_.folder / "tone.wav", 0.5);
  const Result found = program("match tone.wav --space jx10 --proposals 8 --top 8 --json --out found");
  ASSERT_EQ(found.status, 0) << found.err;
  std::set<std::string> kinds;
  const json document = json::parse(found.out);
  for (const json& candidate : document.at("candidates")) {
    const auto origin = candidate.at("origin").get<std::string>();
    kinds.insert(origin.substr(0, origin.find(',')));
  }
  EXPECT_EQ(kinds, (std::set<std::string>{"my-flow", "my-regression"}));
  expectRefusal(program("match tone.wav --space dx10 --method flow --out m"), 3,
                "there is no flow model for dx10");
}

}  // namespace
}  // namespace patchpilot
