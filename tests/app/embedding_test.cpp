#include "program.h"

#include "clap_model.h"

namespace patchpilot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kShort = "--notes 48,60 --length 0.3 --duration 0.5";

/// Libraries that are embedded by a small CLAP model beside the mel vector, as the program makes and uses them.
class Embeddings : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!ClapModel::canRun()) GTEST_SKIP() << "built without networks";
    model_.emplace();
  }

  Result program(const std::string& arguments) { return run(places_.folder, arguments); }
  void build(const std::string& arguments) {
    const Result made = program(fmt::format("library build --space dx10 {} {}", kShort, arguments));
    ASSERT_EQ(made.status, 0) << made.err;
  }
  json info(const std::string& file) { return json::parse(program("library info --json " + file).out); }

  TestPlaces places_;
  std::optional<ClapModel> model_;
};

TEST_F(Embeddings, TheFirstIsSettledWhenALibraryIsMade) {
  build("--count 4 --embedder clap --out a.db");
  ASSERT_EQ(info("a.db").at("embeddings").size(), 1u);
  EXPECT_EQ(info("a.db").at("embeddings")[0], json({{"name", "clap"}, {"version", 1}, {"dimension", 24}, {"rows", 8}, {"failed", 0}}));
  build("--count 5 --out a.db");  // goes on as it was begun
  build("--count 6 --embedder clap --out a.db");
  expectRefusal(program(fmt::format("library build --space dx10 {} --count 9 --embedder mel-envelope --out a.db", kShort)), 3,
                "a.db has embeddings of clap version 1, asked for are those of mel-envelope version 1");
  expectRefusal(program(fmt::format("library build --space dx10 {} --count 9 --embedder nosuch --out b.db", kShort)), 3, "there is no embedder 'nosuch'");
  EXPECT_FALSE(fs::exists(places_.folder / "b.db"));
  EXPECT_EQ(info("a.db").at("embeddings")[0].at("rows"), 12);
}

TEST_F(Embeddings, OfPresetsAreThoseThatAreAskedFor) {
  const Result made = program("library add --factory --space jx10 --embedder clap --keep-audio --notes 60 --length 0.1 --duration 0.2 --library p.db --json");
  ASSERT_EQ(made.status, 0) << made.err;
  const json about = info("p.db");
  EXPECT_EQ(about.at("embeddings")[0].at("name"), "clap");
  EXPECT_GT(about.at("patches"), 10);
  EXPECT_EQ(about.at("audio").at("rows"), about.at("rows"));
  expectRefusal(program("library add --factory --embedder mel-envelope --library p.db"), 3, "p.db has embeddings of clap version 1, asked for");
}

TEST_F(Embeddings, AreAddedAndSearchedByName) {
  build("--count 8 --out a.db");
  tone(places_.folder / "t.wav", 0.5);
  expectRefusal(program("match t.wav --library a.db --embedder clap --out m"), 3,
                "a.db holds no embeddings of clap, only of mel-envelope; 'patchpilot library embed a.db --with clap' adds them");
  const Result added = program("library embed a.db --with clap --workers 2");
  ASSERT_EQ(added.status, 0) << added.err;
  EXPECT_EQ(added.out, "a.db: 16 of 16 renders have embeddings of clap (16 new, 0 of these from kept audio)\n");
  EXPECT_EQ(json::parse(program("library embed a.db --with clap --json").out).at("added"), 0);
  const Result about = program("library info a.db");
  EXPECT_NE(about.out.find("embedding  mel-envelope version 1, 352 values\nembedding  clap version 1, 24 values\n"), std::string::npos) << about.out;
  for (const char* embedder : {"clap", "mel-envelope"}) {
    const Result found = program(fmt::format("match t.wav --library a.db --embedder {0} --proposals 2 --top 2 --workers 1 --out by-{0} --json", embedder));
    ASSERT_EQ(found.status, 0) << found.err;
    EXPECT_EQ(json::parse(found.out).at("candidates").size(), 2u);
  }
  // A text finds the embedding that knows texts, though it is not the first.
  EXPECT_EQ(program("match --text 'a bass' --library a.db --top 2 --workers 1 --out words").status, 0);
  expectRefusal(program("match --text 'a bass' --library a.db --embedder mel-envelope --out words2"), 3, "a.db: texts cannot be compared with embeddings of mel-envelope");
}

TEST_F(Embeddings, StandSideBySideInAnEvaluation) {
  build("--count 30 --out a.db");
  ASSERT_EQ(program("library embed a.db --with clap").status, 0);
  ASSERT_EQ(program("targets make --from-library a.db --count 3 --duration 0.6 --longest 1 --out set").status, 0);
  const Result done = program("eval --targets set --library a.db --embedder mel-envelope --embedder clap --renders 1,3 --no-baseline --oracle --at-once 2 --out e");
  ASSERT_EQ(done.status, 0) << done.err;
  for (const char* row : {"retrieval a.db by mel-envelope, 1 render", "retrieval a.db by clap, 1 render", "retrieval a.db by clap, 3 renders"})
    EXPECT_NE(done.out.find(fmt::format("| {} |", row)), std::string::npos) << done.out;
  EXPECT_NE(done.out.find("| oracle a.db |"), std::string::npos);
  EXPECT_EQ(done.out.find("random a.db by"), std::string::npos);
  for (const char* column : {"recall at 1", "recall at 5", "recall at 50"}) EXPECT_NE(done.out.find(column), std::string::npos) << done.out;
  // The same again is all there already; another embedder is another run.
  EXPECT_EQ(program("eval --targets set --library a.db --embedder mel-envelope --embedder clap --renders 1,3 --no-baseline --oracle --at-once 2 --out e").status, 0);
  expectRefusal(program("eval --targets set --library a.db --embedder clap --renders 1,3 --no-baseline --oracle --out e"), 3, "e holds another run");
}

}  // namespace
}  // namespace patchpilot
