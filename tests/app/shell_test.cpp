#include "program.h"

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

/// The options of a command, as its --help lists them: "--out".
std::vector<std::string> optionsInHelp(const std::string& help) {
  std::vector<std::string> options;
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  -")) continue;
    std::istringstream words(line);
    std::string names;
    words >> names;
    std::istringstream list(names);
    for (std::string name; std::getline(list, name, ',');) options.push_back(name);
  }
  return options;
}

/// "library build" of "patchpilot-library-build.1".
std::string commandOf(const fs::path& page) {
  std::string name = page.stem().string().substr(std::string("patchpilot").size());
  std::replace(name.begin(), name.end(), '-', ' ');
  return name;
}

std::string withoutEscapes(std::string text) {
  for (auto at = text.find("\\-"); at != std::string::npos; at = text.find("\\-", at)) text.erase(at, 1);
  return text;
}

TEST(ManCommand, EachCommandHasAPageThatNamesAllItsOptions) {
  const TemporaryFolder folder;
  ASSERT_EQ(run(folder, "man --out pages").status, 0);
  int pages = 0;
  for (const auto& entry : fs::directory_iterator(folder / "pages")) {
    const std::string page = withoutEscapes(readTextFile(entry.path()));
    EXPECT_TRUE(page.starts_with(".TH PATCHPILOT")) << page.substr(0, 80);
    const std::size_t description = page.find(".SH DESCRIPTION\n");
    const std::string firstLine = page.substr(description, page.find("\n.", description) - description);
    EXPECT_FALSE(firstLine.ends_with("..")) << firstLine;
    const Result help = run(folder, commandOf(entry.path()) + " --help");
    ASSERT_EQ(help.status, 0) << entry.path();
    const auto options = optionsInHelp(help.out);
    EXPECT_FALSE(options.empty()) << help.out;
    for (const std::string& option : options)
      EXPECT_NE(page.find("\\fB" + option + "\\fR"), std::string::npos)
          << entry.path() << " lacks " << option;
    ++pages;
  }
  EXPECT_GT(pages, 20);
  EXPECT_TRUE(fs::exists(folder / "pages/patchpilot.1"));
  EXPECT_TRUE(fs::exists(folder / "pages/patchpilot-library-build.1"));
  EXPECT_FALSE(fs::exists(folder / "pages/patchpilot-job.1")) << "hidden commands have none";
  EXPECT_NE(run(folder, "man").out.find("PATCHPILOT_MODEL_MIRROR"), std::string::npos);
  EXPECT_EQ(run(folder, "man nothing").status, 2);
}

TEST(CompletionCommand, BashCompletesCommandsOptionsAndChoices) {
  const TemporaryFolder folder;
  const std::string script = run(folder, "completion bash").out;
  writeFileAtomically(folder / "completion", script);
  const auto complete = [&](const std::string& words, int at) {
    writeFileAtomically(
        folder / "ask",
        fmt::format("source ./completion\nCOMP_WORDS=(patchpilot {})\nCOMP_CWORD={}\n_patchpilot\n"
                    "printf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
                    words, at));
    const std::string command = fmt::format("cd {} && bash --norc ask >answer 2>&1", folder.path().string());
    EXPECT_EQ(std::system(command.c_str()), 0);
    return readTextFile(folder / "answer");
  };
  EXPECT_EQ(complete("libr", 1), "library\n");
  EXPECT_EQ(complete("library bu", 2), "build\n");
  EXPECT_EQ(complete("library build --sha", 3), "--shard\n");
  EXPECT_EQ(complete("completion --", 2), "--help\n");
  EXPECT_EQ(complete("match sound.wav --obj", 3), "--objective\n");
}

TEST(CompletionCommand, TheOtherShellsKnowTheSameCommandsAndOptions) {
  const TemporaryFolder folder;
  const std::string zsh = run(folder, "completion zsh").out, fish = run(folder, "completion fish").out;
  for (const std::string& part :
       {"#compdef patchpilot", "'build:Draw patches", "'--objective:", "\"library build\")"})
    EXPECT_NE(zsh.find(part), std::string::npos) << part;
  for (const std::string& part : {"-f -a build -d", "-l objective -r", "__patchpilot_at \"library build\""})
    EXPECT_NE(fish.find(part), std::string::npos) << part;
  writeFileAtomically(folder / "zsh", zsh);
  writeFileAtomically(folder / "fish", fish);
  const auto parses = [&](const std::string& command) {
    return std::system(("cd " + folder.path().string() + " && " + command + " >/dev/null 2>&1").c_str()) == 0;
  };
  EXPECT_TRUE(parses("! command -v zsh || zsh -n zsh"));
  EXPECT_TRUE(parses("! command -v fish || fish --no-execute fish"));
  EXPECT_EQ(run(folder, "completion csh").status, 2);
}

}  // namespace
}  // namespace patchpilot
