#include "app/program.h"
#include "base/error.h"
#include "base/places.h"
#include "clap_model.h"
#include "library/library.h"
#include "library_rows.h"
#include "synth/catalogue.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBuild = "library build --space dx10 --length 0.3 --duration 0.5 --count ";

/// Several ranks on this machine, however few cores it has.
std::string mpirun(int ranks) {
  return fmt::format("mpirun --allow-run-as-root --oversubscribe --bind-to none -n {} ", ranks);
}

void expectRefusalOfRanks(const Result& result, const std::string& command) {
  EXPECT_NE(result.status, 0);
  EXPECT_NE(result.err.find(fmt::format("'{}' is one process; ", command)), std::string::npos) << result.err;
}

class LibraryBuildOverMpi : public ::testing::Test {
 protected:
  void SetUp() override {
    if (findProgram("mpirun").empty()) GTEST_SKIP() << "Open MPI is not installed (openmpi-bin)";
    if (!fs::exists(PATCHPILOT_BINARY_DIR "/libpatchpilot-mpi.so"))
      GTEST_SKIP() << "built without Open MPI (libopenmpi-dev)";
    scanPlugins();  // the ranks start with a warm cache
  }

  std::string whole(int count) {
    EXPECT_EQ(run(places_.folder, fmt::format("{}{} --out whole.db", kBuild, count)).status, 0);
    return rowsOf(places_.folder / "whole.db");
  }

  TestPlaces places_;
};

TEST_F(LibraryBuildOverMpi, IsWhatOneProcessWouldHaveMade) {
  const Result built = run(places_.folder, fmt::format("{}60 --out ranks.db", kBuild), mpirun(3));
  ASSERT_EQ(built.status, 0) << built.err;
  EXPECT_EQ(std::count(built.out.begin(), built.out.end(), '\n'), 1) << "only rank 0 reports: " << built.out;
  EXPECT_TRUE(rowsOf(places_.folder / "ranks.db") == whole(60));
}

TEST_F(LibraryBuildOverMpi, MakesAllNotesAndKeepsAudio) {
  const std::string build =
      "library build --space jx10 --notes 36,72 --velocity 90 --length 0.05 --duration 0.1 --keep-audio "
      "--count 40 --out ";
  const Result built = run(places_.folder, build + "ranks.db", mpirun(3));
  ASSERT_EQ(built.status, 0) << built.err;
  ASSERT_EQ(run(places_.folder, build + "whole.db").status, 0);
  EXPECT_EQ(Library::open(places_.folder / "ranks.db").audio().counts().rows,
            Library::open(places_.folder / "ranks.db").counts().rows);
  EXPECT_TRUE(rowsOf(places_.folder / "ranks.db") == rowsOf(places_.folder / "whole.db"));
}

TEST_F(LibraryBuildOverMpi, DrawsAroundPresets) {
  ASSERT_EQ(run(places_.folder,
                "library add --factory --space jx10 --length 0.1 --duration 0.2 --library presets.db")
                .status,
            0);
  const std::string build =
      "library build --space jx10 --around presets --from presets.db --notes 48,60 --length 0.1 --duration "
      "0.2 --count 40 --out ";
  const Result built = run(places_.folder, build + "ranks.db", mpirun(3));
  ASSERT_EQ(built.status, 0) << built.err;
  ASSERT_EQ(run(places_.folder, build + "whole.db").status, 0);
  EXPECT_TRUE(rowsOf(places_.folder / "ranks.db") == rowsOf(places_.folder / "whole.db"));
}

TEST_F(LibraryBuildOverMpi, MakesAllEmbeddingsOfTheLibrary) {
  if (!ClapModel::canRun()) GTEST_SKIP() << "built without networks";
  const ClapModel model;
  for (const char* name : {"ranks.db", "whole.db"}) {
    ASSERT_EQ(run(places_.folder, fmt::format("{}5 --embedder clap --out {}", kBuild, name)).status, 0);
    ASSERT_EQ(run(places_.folder, fmt::format("library embed {} --with mel-envelope", name)).status, 0);
  }
  // Which they are, the ranks hear from rank 0: the command need not say it again.
  const Result built = run(places_.folder, fmt::format("{}40 --out ranks.db", kBuild), mpirun(3));
  ASSERT_EQ(built.status, 0) << built.err;
  ASSERT_EQ(run(places_.folder, fmt::format("{}40 --out whole.db", kBuild)).status, 0);
  EXPECT_EQ(Library::open(places_.folder / "ranks.db").embeddings().counts(1).rows, 40u);
  EXPECT_TRUE(rowsOf(places_.folder / "ranks.db") == rowsOf(places_.folder / "whole.db"));
  expectRefusalOfRanks(run(places_.folder, "library embed ranks.db --with clap", mpirun(2)), "library embed");
}

TEST_F(LibraryBuildOverMpi, WhatKnowsNothingOfRanksIsRefused) {
  for (const auto& [command, arguments] :
       {std::pair("library add", "--factory --space jx10 --library never.db"),
        std::pair("train embedder", "--library a.db --out never.safetensors")})
    expectRefusalOfRanks(run(places_.folder, fmt::format("{} {}", command, arguments), mpirun(2)), command);
  EXPECT_FALSE(fs::exists(places_.folder / "never.db"));
}

TEST_F(LibraryBuildOverMpi, SaysWhatFailed) {
  const Result failed =
      run(places_.folder, "library build --space nosuch --count 5 --out never.db", mpirun(2));
  EXPECT_NE(failed.status, 0);
  EXPECT_NE(failed.err.find("patchpilot: "), std::string::npos) << failed.err;
  EXPECT_FALSE(fs::exists(places_.folder / "never.db"));
}

TEST_F(LibraryBuildOverMpi, SaysWhatFailedOnAnotherRank) {
  const std::string other = fmt::format(
      ": -n 1 {}/patchpilot library build --space nosuch --count 5 --out none.db", PATCHPILOT_BINARY_DIR);
  const Result failed =
      run(places_.folder, fmt::format("{}5 --out none.db {}", kBuild, other), "timeout 100 " + mpirun(1));
  EXPECT_EQ(failed.status, 3) << failed.err;
  EXPECT_NE(failed.err.find("patchpilot: rank 1 on "), std::string::npos) << failed.err;
  EXPECT_NE(failed.err.find("nosuch"), std::string::npos) << failed.err;
}

TEST_F(LibraryBuildOverMpi, EndsWhereRankZeroCannotGoOn) {
  const fs::path file = places_.folder / "locked.db";
  std::atomic<bool> ended{false};
  // As soon as the library holds patches, rank 0 can write no more of those that are on their way.
  std::thread locker([&] {
    std::optional<Database> lock;
    for (; !ended; ::usleep(1000)) try {
        if (lock || !fs::exists(file) || Library::open(file).counts().patches == 0) continue;
        lock.emplace(file, Database::Mode::readWrite);
        lock->execute("BEGIN EXCLUSIVE");
      } catch (const Error&) {
        lock.reset();
      }
  });
  const Result failed =
      run(places_.folder, fmt::format("{}1000000 --notes 36,48,60,72 --out locked.db", kBuild),
          "timeout 100 " + mpirun(2));
  ended = true;
  locker.join();
  EXPECT_EQ(failed.status, 5) << failed.err;
  EXPECT_NE(failed.err.find("locked.db is in use by another process"), std::string::npos) << failed.err;
}

/// The process that mpirun has started with that rank.
pid_t processOfRank(pid_t mpirun, int rank) {
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", mpirun));
  for (pid_t child = 0; children >> child;) {
    std::ifstream environment(fmt::format("/proc/{}/environ", child));
    for (std::string variable; std::getline(environment, variable, '\0');)
      if (variable == fmt::format("OMPI_COMM_WORLD_RANK={}", rank)) return child;
  }
  return 0;
}

/// A job that does not outlive the test.
struct Job {
  pid_t process;
  ~Job() {
    if (process > 0 && ::kill(process, SIGTERM) == 0) ::waitpid(process, nullptr, 0);
  }
};

TEST_F(LibraryBuildOverMpi, LosesOnlyWhatWasInFlightWhereARankIsKilled) {
  const fs::path file = places_.folder / "killed.db";
  const pid_t job = ::fork();
  if (job == 0) {
    const int nothing = ::open("/dev/null", O_RDWR);
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, descriptor);
    const std::string command = fmt::format("exec {} {}/patchpilot {}1000000 --out {}", mpirun(3),
                                            PATCHPILOT_BINARY_DIR, kBuild, file.string());
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  Job running{job};
  int status = 0;
  std::uint64_t before = 0;
  for (int i = 0; before == 0 && i < 20000; ++i) {
    ASSERT_EQ(::waitpid(job, &status, WNOHANG), 0)
        << "the job ended before a rank was killed, with " << WEXITSTATUS(status);
    // While it is being made or written, it may be locked or not yet a library.
    try {
      if (fs::exists(file)) before = Library::open(file).counts().patches;
    } catch (const Error&) {
    }
    ::usleep(5000);
  }
  const pid_t lost = processOfRank(job, 2);
  ASSERT_GT(lost, 0);
  ::kill(lost, SIGKILL);
  ASSERT_EQ(::waitpid(job, &status, 0), job);
  running.process = 0;
  EXPECT_NE(status, 0);

  const std::uint64_t kept = Library::open(file, Database::Mode::readWrite).counts().patches;
  EXPECT_GE(kept, before);
  const int wanted = int(kept) + 40;
  const Result rest =
      run(places_.folder, fmt::format("{}{} --out killed.db --json", kBuild, wanted), mpirun(3));
  ASSERT_EQ(rest.status, 0) << rest.err;
  EXPECT_EQ(nlohmann::json::parse(rest.out).at("added"), 40);
  EXPECT_TRUE(rowsOf(file) == whole(wanted));
}

TEST_F(LibraryBuildOverMpi, IsLoadedUnderMpirunOnly) {
  const Result alone = run(places_.folder, "library --help",
                           "LD_DEBUG=libs LD_DEBUG_OUTPUT=" + (places_.folder / "loaded").string());
  EXPECT_EQ(alone.status, 0);
  std::string loaded;
  for (const auto& entry : fs::directory_iterator(places_.folder.path()))
    if (entry.path().filename().string().starts_with("loaded")) loaded += readTextFile(entry.path());
  EXPECT_NE(loaded.find("libsqlite3"), std::string::npos) << "the loader has told nothing";
  EXPECT_EQ(loaded.find("libmpi"), std::string::npos);
}

}  // namespace
}  // namespace patchpilot
