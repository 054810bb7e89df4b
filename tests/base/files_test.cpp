#include "base/files.h"

#include "base/error.h"
#include "test_support.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> namesIn(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

using Names = std::vector<std::string>;

/// What the error said, where it was of that kind.
std::string problemOf(ExitCode code, const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return {};
}

TEST(WriteFileAtomically, ReplacesAFileAndLeavesNothingElse) {
  const TemporaryFolder folder;
  writeFileAtomically(folder / "a", std::string_view("one"));
  writeFileAtomically(folder / "a", std::string_view("two"));
  EXPECT_EQ(readTextFile(folder / "a"), "two");
  EXPECT_EQ(namesIn(folder.path()), Names{"a"});
}

TEST(WriteFileAtomically, LeavesNothingWhereItCannotBePutInItsPlace) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "a");
  EXPECT_NE(problemOf(ExitCode::system, [&] { writeFileAtomically(folder / "a", std::string_view("x")); })
                .find("a"),
            std::string::npos);
  EXPECT_EQ(namesIn(folder.path()), Names{"a"});
  problemOf(ExitCode::system, [&] { writeFileAtomically(folder / "none/b", std::string_view("x")); });
  EXPECT_EQ(namesIn(folder.path()), Names{"a"});
}

TEST(WriteFileAtomically, LeavesTheOldFileWhereTheDiskRefuses) {
  const TemporaryFolder folder;
  writeFileAtomically(folder / "a", std::string_view("old"));
  // In a process of its own: a limit on the size of files is for good.
  const pid_t program = ::fork();
  if (program == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      writeFileAtomically(folder / "a", std::string_view(std::string(5000, 'x')));
    } catch (const Error& error) {
      ::_exit(int(error.code()));
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(program, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), int(ExitCode::system));
  EXPECT_EQ(readTextFile(folder / "a"), "old");
  EXPECT_EQ(namesIn(folder.path()), Names{"a"});
}

TEST(WriteFileAtomically, SeveralThreadsWriteOneFile) {
  const TemporaryFolder folder;
  constexpr int kThreads = 4, kWrites = 25;
  const auto version = [](int thread) {
    return std::string(1000 * std::size_t(thread + 1), char('a' + thread));
  };
  writeFileAtomically(folder / "a", version(0));
  std::atomic<int> failed = 0, writing = kThreads;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kWrites; ++i) {
        try {
          writeFileAtomically(folder / "a", version(thread));
        } catch (const Error&) {
          ++failed;
        }
      }
      --writing;
    });
  int torn = 0;
  do {
    const std::string read = readTextFile(folder / "a");
    torn += read.empty() || read != version(read.front() - 'a');
  } while (writing > 0);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(namesIn(folder.path()), Names{"a"});
}

TEST(WriteFileAtomically, FollowsNoLinkThatWasPlantedWhereTheDraftGoes) {
  const TemporaryFolder folder;
  writeFileAtomically(folder / "precious", std::string_view("precious"));
  fs::create_directory(folder / "shared");
  const std::string begin = fmt::format("shared/.a.{}.", ::getpid());
  fs::create_symlink(folder / "precious", folder / (begin + "partial"));
  for (int i = 0; i < 1000; ++i)
    fs::create_symlink(folder / "precious", folder / (begin + std::to_string(i) + ".partial"));
  writeFileAtomically(folder / "shared/a", std::string_view("new"));
  EXPECT_EQ(readTextFile(folder / "precious"), "precious");
  EXPECT_EQ(readTextFile(folder / "shared/a"), "new");
  EXPECT_FALSE(fs::is_symlink(folder / "shared/a"));
}

TEST(ReadFile, RefusesByNameWhatIsNoFile) {
  const TemporaryFolder folder;
  writeFileAtomically(folder / "big", std::string_view("0123456789"));
  EXPECT_NE(problemOf(ExitCode::input, [&] { readFile(folder / "none"); }).find("none"), std::string::npos);
  EXPECT_NE(problemOf(ExitCode::input, [&] { readFile(folder.path()); }).find("directory"),
            std::string::npos);
  EXPECT_NE(problemOf(ExitCode::input, [&] { readFile(folder / "big", 9); }).find("10 bytes"),
            std::string::npos);
  EXPECT_EQ(readFile(folder / "big", 10).size(), 10u);
}

TEST(StagedDirectory, AppearsWhole) {
  const TemporaryFolder folder;
  {
    StagedDirectory staged(folder / "made/out/", false);
    writeFileAtomically(staged.path() / "x", std::string_view("1"));
    EXPECT_FALSE(fs::exists(folder / "made/out"));
    staged.commit();
  }
  EXPECT_EQ(namesIn(folder / "made"), Names{"out"});
  EXPECT_EQ(namesIn(folder / "made/out"), Names{"x"});
}

TEST(StagedDirectory, IsGoneWhereItWasNotCommitted) {
  const TemporaryFolder folder;
  try {
    StagedDirectory staged(folder / "out", false);
    writeFileAtomically(staged.path() / "x", std::string_view("1"));
    throw std::runtime_error("half way");
  } catch (const std::runtime_error&) {
  }
  EXPECT_TRUE(namesIn(folder.path()).empty());
}

TEST(StagedDirectory, ReplacesOnlyWhereTold) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "out");
  writeFileAtomically(folder / "out/old", std::string_view("1"));
  EXPECT_NE(
      problemOf(ExitCode::usage, [&] { StagedDirectory staged(folder / "out", false); }).find("--force"),
      std::string::npos);
  {
    StagedDirectory abandoned(folder / "out", true);
    EXPECT_EQ(namesIn(folder / "out"), Names{"old"}) << "the old one stays until the new one is whole";
  }
  EXPECT_EQ(namesIn(folder / "out"), Names{"old"});
  {
    StagedDirectory staged(folder / "out", true);
    writeFileAtomically(staged.path() / "new", std::string_view("2"));
    staged.commit();
  }
  EXPECT_EQ(namesIn(folder / "out"), Names{"new"});
  EXPECT_EQ(namesIn(folder.path()), Names{"out"});
}

TEST(StagedDirectory, TwoForOnePlaceShareNothing) {
  const TemporaryFolder folder;
  StagedDirectory first(folder / "out", true), second(folder / "out", true);
  writeFileAtomically(first.path() / "x", std::string_view("1"));
  writeFileAtomically(second.path() / "y", std::string_view("2"));
  first.commit();
  EXPECT_EQ(namesIn(folder / "out"), Names{"x"});
  second.commit();
  EXPECT_EQ(namesIn(folder / "out"), Names{"y"});
  EXPECT_EQ(namesIn(folder.path()), Names{"out"});
}

TEST(StagedDirectory, NeverReplacesAFile) {
  const TemporaryFolder folder;
  writeFileAtomically(folder / "out", std::string_view("1"));
  problemOf(ExitCode::usage, [&] { StagedDirectory staged(folder / "out", true); });
  EXPECT_EQ(readTextFile(folder / "out"), "1");
}

TEST(StagedDirectory, SaysWhereItCannotBeMade) {
  const TemporaryFolder folder;
  writeFileAtomically(folder / "file", std::string_view("1"));
  problemOf(ExitCode::system, [&] { StagedDirectory staged(folder / "file/out", false); });
  EXPECT_EQ(namesIn(folder.path()), Names{"file"});
}

TEST(Files, ANewFileNeverReplacesOne) {
  TemporaryFolder folder;
  const Bytes first = {1, 2}, second = {3};
  EXPECT_TRUE(writeNewFile(folder / "a", first));
  EXPECT_FALSE(writeNewFile(folder / "a", second));
  EXPECT_EQ(readFile(folder / "a"), first);
  EXPECT_THROW(writeNewFile(folder / "nosuch/a", second), Error);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1)
      << "nothing is left beside it";
}

TEST(Files, NamesOfAnyBytesAndOfAnyLengthAreWritten) {
  const fs::path folder = fs::temp_directory_path() / fmt::format("patchpilot-names-test-{}", ::getpid());
  fs::create_directories(folder);
  std::string japanese;
  while (japanese.size() + 3 <= 255) japanese += "\xE3\x81\xA8";
  for (const std::string& name : {std::string(255, 'n'), japanese, std::string("Fl\xFCgel \x81"),
                                  std::string("-x \"'%$\n"), std::string(210, '\xFF')}) {
    writeFileAtomically(folder / name, "text");
    EXPECT_EQ(readTextFile(folder / name), "text");
    fs::remove(folder / name);
    {
      StagedDirectory staged(folder / name, false);
      writeFileAtomically(staged.path() / "a", "text");
      staged.commit();
    }
    { StagedDirectory(folder / name, true).commit(); }
    EXPECT_TRUE(fs::is_directory(folder / name));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1) << "nothing else is left";
    fs::remove_all(folder / name);
  }
  EXPECT_THROW(StagedDirectory(folder / std::string(256, 'n'), false), Error);
  fs::remove_all(folder);
}

TEST(Files, HiddenNamesOfLongNamesDiffer) {
  EXPECT_EQ(hiddenName("a.db", "partial"), ".a.db.partial");
  const std::string one = std::string(230, 'x') + "1", two = std::string(230, 'x') + "2";
  EXPECT_NE(hiddenName(one, "partial"), hiddenName(two, "partial"));
  EXPECT_EQ(hiddenName(one, "partial"), hiddenName(one, "partial"));
  EXPECT_LE(hiddenName(one, std::string(40, 'e')).size(), 255u);
}

}  // namespace
}  // namespace patchpilot
