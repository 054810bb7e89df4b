#include "web/libraries.h"

#include "test_support.h"
#include "web/http_error.h"

#include <fstream>
#include <future>

namespace patchpilot {
namespace {

/// Libraries whose files are read by the test, and a program that ends at once in place of each job.
class LibraryState : public testing::Test {
 protected:
  LibraryState() : store(places.folder / "data") {
    writeFileAtomically(places.folder / "one.db", "one");
    writeFileAtomically(places.folder / "two.db", "two");
  }

  std::unique_ptr<Libraries> open(Libraries::ReadFacts read) {
    return std::make_unique<Libraries>(
        store, feed, "/bin/true",
        std::vector<std::string>{(places.folder / "one.db").string(), (places.folder / "two.db").string()},
        std::move(read));
  }

  static LibraryFacts facts(std::uint64_t patches) {
    return {"S", "LV2", "s", patches, {"mel-envelope"}, {60}};
  }

  TestPlaces places;
  Store store;
  Feed feed;
};

TEST_F(LibraryState, OpensALibraryOnlyIfItHasChanged) {
  std::atomic<int> opened{0};
  const auto libraries = open([&](const std::filesystem::path&) { return facts(std::uint64_t(++opened)); });
  EXPECT_EQ(opened, 2) << "each is opened once, to see that it is a library";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(libraries->state().libraries.at(0).facts->patches, 1u);
  EXPECT_EQ(opened, 2);
  std::ofstream(places.folder / "one.db", std::ios::app) << "more";
  EXPECT_EQ(libraries->state().libraries.at(0).facts->patches, 3u);
  EXPECT_EQ(libraries->state().libraries.at(1).facts->patches, 2u);
  EXPECT_EQ(opened, 3);
}

TEST_F(LibraryState, AnswersEverythingElseWhileALibraryIsOpened) {
  std::promise<void> begun, go;
  std::atomic<bool> slow{false};
  const auto libraries = open([&](const std::filesystem::path&) {
    if (slow.exchange(false)) {
      begun.set_value();
      go.get_future().wait();
    }
    return facts(1);
  });
  const std::string id = libraries->state().libraries.at(0).id;
  std::ofstream(places.folder / "one.db", std::ios::app) << "more";
  slow = true;
  auto first = std::async(std::launch::async, [&] { return libraries->state(); });
  begun.get_future().wait();
  auto others = std::async(std::launch::async, [&] {
    libraries->file(id);
    libraries->jobs();
    return libraries->state();
  });
  const bool answered = others.wait_for(std::chrono::seconds(30)) == std::future_status::ready;
  go.set_value();
  ASSERT_TRUE(answered) << "the lock is held while a library is opened";
  EXPECT_EQ(others.get().libraries.at(0).facts->patches, 1u) << "what was known before";
  EXPECT_EQ(first.get().libraries.size(), 2u);
}

TEST_F(LibraryState, TellsWhatIsWrongAndTriesAgain) {
  std::atomic<bool> broken{false};
  const auto libraries = open([&](const std::filesystem::path&) {
    if (broken) failSystem("in use");
    return facts(5);
  });
  std::ofstream(places.folder / "two.db", std::ios::app) << "more";
  broken = true;
  EXPECT_EQ(libraries->state().libraries.at(1).problem, "in use");
  EXPECT_EQ(libraries->state().libraries.at(0).problem, "");
  broken = false;
  EXPECT_EQ(libraries->state().libraries.at(1).facts->patches, 5u);
}

}  // namespace
}  // namespace patchpilot
