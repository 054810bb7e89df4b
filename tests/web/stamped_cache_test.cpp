#include "web/stamped_cache.h"

#include "test_support.h"

#include <future>
#include <thread>

namespace patchpilot {
namespace {

using Cache = StampedCache<int>;

TEST(StampedCache, ReadsAgainOnlyWhatHasChanged) {
  const TemporaryFolder folder;
  const auto file = folder / "a";
  writeFileAtomically(file, "1");
  Cache cache;
  int reads = 0;
  const auto value = [&] { return *cache.get("a", {stampOf(file)}, [&] { return ++reads; }); };
  EXPECT_EQ(value(), 1);
  EXPECT_EQ(value(), 1);
  writeFileAtomically(file, "longer");
  EXPECT_EQ(value(), 2);
  EXPECT_EQ(value(), 2);
  std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) + std::chrono::seconds(2));
  EXPECT_EQ(value(), 3) << "the same size at another time";
  cache.keepOnly({});
  EXPECT_EQ(value(), 4) << "it was dropped";
}

TEST(StampedCache, KeepsNoFailure) {
  Cache cache;
  const std::vector<FileStamp> none;
  EXPECT_THROW(cache.get("a", none, []() -> int { throw std::runtime_error("in use"); }), std::runtime_error);
  EXPECT_EQ(*cache.get("a", none, [] { return 2; }), 2);
}

TEST(StampedCache, GivesThePreviousValueWhileItIsReadAnew) {
  Cache cache;
  std::promise<void> begun, go;
  const std::vector<FileStamp> before{{"a", {}, 1}}, after{{"a", {}, 2}};
  cache.get("a", before, [] { return 1; });
  auto reading = std::async(std::launch::async, [&] {
    return *cache.get("a", after, [&] {
      begun.set_value();
      go.get_future().wait();
      return 2;
    });
  });
  begun.get_future().wait();
  EXPECT_EQ(*cache.get("a", after, [] { return 3; }), 1);
  EXPECT_EQ(*cache.get("b", before, [] { return 4; }), 4) << "others are read meanwhile";
  go.set_value();
  EXPECT_EQ(reading.get(), 2);
  EXPECT_EQ(*cache.get("a", after, [] { return 5; }), 2);
}

TEST(StampedCache, AFolderHasTheStampsOfItsFiles) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "below");
  writeFileAtomically(folder / "b.toml", "b");
  writeFileAtomically(folder / "below/c.toml", "c");
  writeFileAtomically(folder / "a.txt", "a");
  const auto stamps = stampsBelow({folder.path(), folder / "missing"}, ".toml");
  ASSERT_EQ(stamps.size(), 2u);
  EXPECT_EQ(stamps[0].file, folder / "b.toml");
  EXPECT_EQ(stamps[1].file, folder / "below/c.toml");
  EXPECT_EQ(stampsBelow({folder.path()}).size(), 3u);
  EXPECT_EQ(stampOf(folder / "missing").size, 0u);
}

}  // namespace
}  // namespace patchpilot
