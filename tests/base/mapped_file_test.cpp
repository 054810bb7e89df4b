#include "base/mapped_file.h"

#include "base/error.h"
#include "test_support.h"

#include <algorithm>

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

}  // namespace
}  // namespace patchpilot
