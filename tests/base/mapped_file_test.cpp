#include "base/mapped_file.h"

#include "base/error.h"
#include "test_support.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace patchpilot {
namespace {

TEST(MappedFile, ReadsWhatIsThereAndSaysWhatIsNot) {
  const TemporaryFolder folder;
  writeFileAtomically(folder / "a", std::string_view("hello"));
  const MappedFile file(folder / "a");
  EXPECT_EQ(std::string(file.bytes().begin(), file.bytes().end()), "hello");
  writeFileAtomically(folder / "empty", std::string_view());
  for (const char* name : {"none", "empty"}) EXPECT_THROW(MappedFile(folder / name), Error) << name;
}

TEST(MappedNewFile, AppearsWholeOrNotAtAll) {
  const TemporaryFolder folder;
  const auto write = [&](bool commit) {
    MappedNewFile file(folder / "a", 100000);
    EXPECT_EQ(std::count(file.bytes().begin(), file.bytes().end(), 0), 100000);
    file.bytes()[99999] = 7;
    EXPECT_FALSE(std::filesystem::exists(folder / "a"));
    if (commit) file.commit();
  };
  write(false);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  write(true);
  const Bytes bytes = readFile(folder / "a");
  EXPECT_EQ(bytes.size(), 100000u);
  EXPECT_EQ(bytes.back(), 7);
  EXPECT_THROW(MappedNewFile(folder / "nosuch" / "a", 10), Error);
}

TEST(MappedNewFile, TakesOverWhatAProcessThatWasKilledHasLeft) {
  const TemporaryFolder folder;
  const auto filesThere = [&] {
    return std::distance(std::filesystem::directory_iterator(folder.path()),
                         std::filesystem::directory_iterator());
  };
  const pid_t child = ::fork();
  if (child == 0) {
    MappedNewFile file(folder / "a", 100000);
    file.bytes()[5] = 5;
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(filesThere(), 1);
  MappedNewFile file(folder / "a", 100);
  EXPECT_EQ(std::count(file.bytes().begin(), file.bytes().end(), 0), 100);
  EXPECT_THROW(MappedNewFile(folder / "a", 100), Error) << "it is being made";
  file.commit();
  EXPECT_EQ(filesThere(), 1);
  EXPECT_EQ(readFile(folder / "a"), Bytes(100));
}

}  // namespace
}  // namespace patchpilot
