#include "networks/byte_pair_tokenizer.h"

#include "base/error.h"
#include "base/random.h"
#include "clap_fixture.h"

#include <nlohmann/json.hpp>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class BytePairTokenizerTest : public testing::Test {
 protected:
  void take(const std::string& name) {
    fs::copy_file(kClapFolder / name, folder_ / name, fs::copy_options::overwrite_existing);
  }
  void write(const std::string& name, const std::string& text) {
    writeFileAtomically(folder_ / name, std::string_view(text));
  }

  void expectRefused(const std::string& says) {
    try {
      BytePairTokenizer tokenizer(folder_.path());
      ADD_FAILURE() << says;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
    }
  }

  void expectTheirTokens(const BytePairTokenizer& tokenizer) {
    for (const json& one : json::parse(readTextFile(kClapFolder / "texts.json")))
      EXPECT_EQ(tokenizer(one.at("text").get<std::string>()),
                one.at("tokens").get<std::vector<std::int64_t>>())
          << one.at("text");
  }

  TemporaryFolder folder_;
};

TEST_F(BytePairTokenizerTest, GivesTheTokensOfTransformers) {
  expectTheirTokens(BytePairTokenizer(kClapFolder));
}

TEST_F(BytePairTokenizerTest, ReadsTheOneFileAsWellAsTheTwo) {
  take("tokenizer.json");
  expectTheirTokens(BytePairTokenizer(folder_.path()));
}

TEST_F(BytePairTokenizerTest, ReadsPairsAsOlderFilesWriteThem) {
  json document = json::parse(readTextFile(kClapFolder / "tokenizer.json"));
  for (json& pair : document["model"]["merges"])
    if (pair.is_array()) pair = pair[0].get<std::string>() + " " + pair[1].get<std::string>();
  write("tokenizer.json", document.dump());
  expectTheirTokens(BytePairTokenizer(folder_.path()));
}

TEST_F(BytePairTokenizerTest, TextThatIsNoUtf8IsRefused) {
  const BytePairTokenizer tokenizer(kClapFolder);
  for (const char* text : {"\xff", "warm \xc3", "\xed\xa0\x80", "\xc0\xaf"}) {
    try {
      tokenizer(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage) << error.what();
    }
  }
}

TEST_F(BytePairTokenizerTest, AFolderWithoutAVocabularyIsRefused) {
  expectRefused("vocab.json and merges.txt, or tokenizer.json");
  take("vocab.json");
  expectRefused("vocab.json and merges.txt, or tokenizer.json");
}

TEST_F(BytePairTokenizerTest, DamagedFilesAreRefused) {
  take("merges.txt");
  write("vocab.json", "[1]");
  expectRefused("vocab.json");
  write("vocab.json", R"({"<s>": 0, "</s>": 1})");
  expectRefused("<unk>");
  write("vocab.json", R"({"<s>": 0, "</s>": 1, "<unk>": -2})");
  expectRefused("number -2");
  write("vocab.json", R"({"<s>": 0, "</s>": 1, "<unk>": "x"})");
  expectRefused("<unk>");
  take("vocab.json");
  for (const char* merges : {"one\n", "a b c\n", " b\n", "a \n"}) {
    write("merges.txt", merges);
    expectRefused("no pair");
  }
  const std::string deep = std::string(300'000, '[') + std::string(300'000, ']');
  write("vocab.json", "{\"a\": " + deep + "}");
  expectRefused("vocab.json");
  fs::remove(folder_ / "merges.txt");
  write("tokenizer.json", "{\"model\": " + deep + "}");
  expectRefused("tokenizer.json");
  for (const char* document : {"{}", R"({"model": 1})", R"({"model": {"vocab": [], "merges": []}})",
                               R"({"model": {"vocab": {}, "merges": [3]}})"}) {
    write("tokenizer.json", document);
    expectRefused("tokenizer.json");
  }
}

}  // namespace
}  // namespace patchpilot
