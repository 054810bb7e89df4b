#include "program.h"

#include "clap_model.h"
#include "embed/embedder.h"

#include <nlohmann/json.hpp>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kShort = "--notes 48,60 --length 0.3 --duration 0.5";

/// Libraries that are embedded by a small CLAP model beside the mel vector, as the program makes and uses
/// them.
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
  EXPECT_EQ(info("a.db").at("embeddings")[0], json({{"name", "clap"},
                                                    {"version", 1},
                                                    {"dimension", 24},
                                                    {"rows", 8},
                                                    {"failed", 0},
                                                    {"weights", embedderInfo("clap").weights}}));
  build("--count 5 --out a.db");  // goes on as it was begun
  build("--count 6 --embedder clap --out a.db");
  expectRefusal(program(fmt::format(
                    "library build --space dx10 {} --count 9 --embedder mel-envelope --out a.db", kShort)),
                3,
                fmt::format("a.db has embeddings of clap version 1 (weights of hash {:.8}), asked for are "
                            "those of mel-envelope version 1",
                            embedderInfo("clap").weights));
  expectRefusal(
      program(fmt::format("library build --space dx10 {} --count 9 --embedder nosuch --out b.db", kShort)), 3,
      "there is no embedder 'nosuch'");
  EXPECT_FALSE(fs::exists(places_.folder / "b.db"));
  EXPECT_EQ(info("a.db").at("embeddings")[0].at("rows"), 12);
}

TEST_F(Embeddings, OfPresetsAreThoseThatAreAskedFor) {
  const Result made = program(
      "library add --factory --space jx10 --embedder clap --keep-audio --notes 60 --length 0.1 --duration "
      "0.2 --library p.db --json");
  ASSERT_EQ(made.status, 0) << made.err;
  const json about = info("p.db");
  EXPECT_EQ(about.at("embeddings")[0].at("name"), "clap");
  EXPECT_GT(about.at("patches"), 10);
  EXPECT_EQ(about.at("audio").at("rows"), about.at("rows"));
  expectRefusal(program("library add --factory --embedder mel-envelope --library p.db"), 3,
                "p.db has embeddings of clap version 1 (weights of hash ");
}

TEST_F(Embeddings, AreAddedAndSearchedByName) {
  build("--count 8 --out a.db");
  tone(places_.folder / "t.wav", 0.5);
  expectRefusal(program("match t.wav --library a.db --embedder clap --out m"), 3,
                "a.db holds no embeddings of clap, only of mel-envelope; 'patchpilot library embed a.db "
                "--with clap' adds them");
  const Result added = program("library embed a.db --with clap --workers 2");
  ASSERT_EQ(added.status, 0) << added.err;
  EXPECT_EQ(added.out,
            "a.db: 16 of 16 renders have embeddings of clap (16 new, 0 of these from kept audio)\n");
  EXPECT_EQ(json::parse(program("library embed a.db --with clap --json").out).at("added"), 0);
  const Result about = program("library info a.db");
  EXPECT_NE(about.out.find(fmt::format("embedding  mel-envelope version 1, 352 values\nembedding  clap "
                                       "version 1, 24 values, by weights of hash {:.8}\n",
                                       embedderInfo("clap").weights)),
            std::string::npos)
      << about.out;
  for (const char* embedder : {"clap", "mel-envelope"}) {
    const Result found = program(fmt::format(
        "match t.wav --library a.db --embedder {0} --proposals 2 --top 2 --workers 1 --out by-{0} --json",
        embedder));
    ASSERT_EQ(found.status, 0) << found.err;
    EXPECT_EQ(json::parse(found.out).at("candidates").size(), 2u);
  }
  // A text finds the embedding that knows texts, though it is not the first.
  EXPECT_EQ(program("match --text 'a bass' --library a.db --top 2 --workers 1 --out words").status, 0);
  expectRefusal(program("match --text 'a bass' --library a.db --embedder mel-envelope --out words2"), 3,
                "a.db: texts cannot be compared with embeddings of mel-envelope");
}

TEST_F(Embeddings, OfOtherWeightsAreToldAndMadeAnew) {
  build("--count 4 --embedder clap --out a.db");
  tone(places_.folder / "t.wav", 0.5);
  const std::string before = embedderInfo("clap").weights;
  const fs::path file = model_->folder() / "model.safetensors";
  Bytes weights = readFile(file);
  for (std::size_t i = weights.size() - 4000; i < weights.size(); i += 4)
    weights[i] ^= 1;  // the last bits of a thousand
  writeFileAtomically(file, weights);
  const std::string refusal = fmt::format(
      "a.db has embeddings of clap by weights of hash {:.8}, and {} has hash {:.8}; put the same file there, "
      "or 'patchpilot library embed a.db --with "
      "clap --again' makes them anew\n",
      before, file.string(), embedderInfo("clap").weights);
  const std::string further = fmt::format("library build --space dx10 {} --count 5 --out a.db", kShort);
  for (const std::string& command :
       {std::string("match t.wav --library a.db --out m"),
        std::string("match --text 'a bass' --library a.db --out m"), further,
        std::string("library add --factory --library a.db"), std::string("library embed a.db --with clap")})
    expectRefusal(program(command), 3, refusal);
  const Result again = program("library embed a.db --with clap --again");
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(again.out, "a.db: 8 of 8 renders have embeddings of clap (8 new, 0 of these from kept audio)\n");
  EXPECT_EQ(program(further).status, 0);
  EXPECT_EQ(program("match t.wav --library a.db --proposals 2 --top 1 --workers 1 --out m").status, 0);
}

/// JX10, for which an embedder comes with the program.
TEST_F(Embeddings, OfANewLibraryAreOursWhereTrainedForTheSynthAndTheMelVector) {
  const auto names = [&](const std::string& file) {
    std::string all;
    const json about = info(file);
    for (const auto& embedding : about.at("embeddings"))
      all +=
          fmt::format("{} of {}, ", embedding.at("name").get<std::string>(), embedding.at("rows").get<int>());
    return all;
  };
  const auto make = [&](const std::string& arguments, const std::string& before = "") {
    return run(places_.folder, fmt::format("library build --space jx10 {} {}", kShort, arguments), before);
  };
  const std::string noNetworks = "PATCHPILOT_NETWORKS=/nowhere/networks.so";
  ASSERT_EQ(make("--count 20 --out a.db").status, 0);
  EXPECT_EQ(names("a.db"), "ours-jx10 of 40, mel-envelope of 40, ");
  ASSERT_EQ(make("--count 4 --embedder mel-envelope --out mel.db").status, 0);
  ASSERT_EQ(make("--count 5 --out mel.db").status, 0);
  EXPECT_EQ(names("mel.db"), "mel-envelope of 10, ");
  ASSERT_EQ(make("--count 4 --out none.db", noNetworks).status, 0);
  EXPECT_EQ(names("none.db"), "mel-envelope of 8, ");
  build("--count 4 --out other.db");
  EXPECT_EQ(names("other.db"), "mel-envelope of 8, ");
  ASSERT_EQ(program(fmt::format("library add --factory {} --space jx10 --library p.db", kShort)).status, 0);
  EXPECT_EQ(names("p.db").find("ours-jx10 of "), 0u);

  tone(places_.folder / "t.wav", 0.5);
  const std::string match = "match t.wav --library a.db --proposals 5 --top 3 --workers 1 --json --out ";
  const Result ours = program(match + "ours"), mel = program(match + "mel --embedder mel-envelope");
  EXPECT_EQ(ours.status, 0);
  EXPECT_EQ(ours.err, "");
  const Result instead = run(places_.folder, match + "instead", noNetworks);
  EXPECT_EQ(instead.status, 0) << instead.err;
  EXPECT_EQ(instead.err.find("note: a.db: searched by mel-envelope, as ours-jx10 cannot be used: "
                             "/nowhere/networks.so cannot be opened"),
            0u)
      << instead.err;
  EXPECT_EQ(std::count(instead.err.begin(), instead.err.end(), '\n'), 1) << instead.err;
  const auto origins = [](const Result& result) {
    std::vector<json> all;
    for (const auto& candidate : json::parse(result.out).at("candidates"))
      all.push_back(candidate.at("parameters"));
    return all;
  };
  EXPECT_EQ(origins(instead), origins(mel));
  expectRefusal(run(places_.folder, match + "named --embedder ours-jx10", noNetworks), 5,
                "/nowhere/networks.so cannot be opened");
  // To go on, both are needed.
  expectRefusal(make("--count 21 --out a.db", noNetworks), 5, "/nowhere/networks.so cannot be opened");
}

TEST_F(Embeddings, StandSideBySideInAnEvaluation) {
  build("--count 30 --out a.db");
  ASSERT_EQ(program("library embed a.db --with clap").status, 0);
  ASSERT_EQ(program("targets make --from-library a.db --count 3 --duration 0.6 --longest 1 --out set").status,
            0);
  const Result done = program(
      "eval --targets set --library a.db --embedder mel-envelope --embedder clap --renders 1,3 --no-baseline "
      "--oracle --at-once 2 --out e");
  ASSERT_EQ(done.status, 0) << done.err;
  for (const char* row : {"retrieval a.db by mel-envelope, 1 render", "retrieval a.db by clap, 1 render",
                          "retrieval a.db by clap, 3 renders"})
    EXPECT_NE(done.out.find(fmt::format("| {} |", row)), std::string::npos) << done.out;
  EXPECT_NE(done.out.find("| oracle a.db |"), std::string::npos);
  EXPECT_EQ(done.out.find("random a.db by"), std::string::npos);
  for (const char* column : {"recall at 1", "recall at 5", "recall at 50"})
    EXPECT_NE(done.out.find(column), std::string::npos) << done.out;
  // The same again is all there already; another embedder is another run.
  EXPECT_EQ(program("eval --targets set --library a.db --embedder mel-envelope --embedder clap --renders 1,3 "
                    "--no-baseline --oracle --at-once 2 --out e")
                .status,
            0);
  expectRefusal(
      program(
          "eval --targets set --library a.db --embedder clap --renders 1,3 --no-baseline --oracle --out e"),
      3, "e holds another run");
}

}  // namespace
}  // namespace patchpilot
