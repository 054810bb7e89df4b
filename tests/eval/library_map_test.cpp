#include "eval/library_map.h"

#include "base/error.h"
#include "ingest/library_builder.h"
#include "ingest/library_synth.h"
#include "test_support.h"

#include <nlohmann/json.hpp>

namespace patchpilot {
namespace {

using nlohmann::json;

json dataOf(const std::string& page) {
  const std::string before = "<script id=\"data\" type=\"application/json\">";
  const auto begin = page.find(before) + before.size();
  return json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

LibrarySettings shortSettings(const Synth& synth) {
  LibrarySettings settings = librarySettings(synth);
  settings.durationSeconds = 0.5;
  settings.lengthSeconds = 0.3;
  return settings;
}

TEST(LibraryMap, ShowsWhatTheLibraryHoldsAndPlaysSomeOfIt) {
  const TestPlaces places;
  const Synth synth(loadSpace("dx10"));
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  ASSERT_TRUE(buildLibrary(library, synth, {.count = 40}));
  int last = 0;
  const std::string page = libraryMapHtml(
      library, synth, {.points = 20, .sounds = 10, .onProgress = [&](int done, int) { last = done; }});
  const json data = dataOf(page);
  EXPECT_EQ(last, 10);
  ASSERT_EQ(data.at("points").size(), 20u);
  ASSERT_EQ(data.at("sounds").size(), 10u);
  const auto levels = library.rows().levels();
  double leftmost = 1, rightmost = 0;
  for (const auto& point : data.at("points")) {
    leftmost = std::min(leftmost, point[0].get<double>());
    rightmost = std::max(rightmost, point[0].get<double>());
    // One note a patch, and none was silent: row and id agree.
    EXPECT_NEAR(point[2].get<double>(), levels[point[4].get<std::size_t>() - 1].rmsDb, 1e-3);
  }
  EXPECT_EQ(leftmost, 0);
  EXPECT_EQ(rightmost, 1);
  for (const auto& sound : data.at("sounds")) {
    EXPECT_GT(sound.at("hz"), 20);
    EXPECT_LT(sound.at("hz"), 20000);
    EXPECT_GT(sound.at("mp3").get<std::string>().size(), 2000u);
  }
  int loudness = 0;
  for (const auto& bar : data.at("loudness")) loudness += bar.get<int>();
  EXPECT_EQ(loudness, 40) << "how loud is said of all, not only of those on the map";
  EXPECT_EQ(page.find("src=\"http"), std::string::npos);
}

TEST(LibraryMap, NeedsNoTemporaryFiles) {
  const TestPlaces places;
  const Synth synth(loadSpace("dx10"));
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  ASSERT_TRUE(buildLibrary(library, synth, {.count = 2}));
  const ScopedVariable noTemporaryFolder("TMPDIR", (places.folder / "missing").string());
  EXPECT_EQ(dataOf(libraryMapHtml(library, synth)).at("sounds").size(), 2u);
}

TEST(LibraryMap, TellsDoubles) {
  const TestPlaces places;
  const Synth synth(loadSpace("dx10"));
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  ASSERT_TRUE(buildLibrary(library, synth, {.count = 3}));
  const auto alike = [&] {
    int count = 0;
    const json data = dataOf(libraryMapHtml(library, synth));
    for (const auto& sound : data.at("sounds")) count += sound.at("same").get<bool>();
    return count;
  };
  EXPECT_EQ(alike(), 0);
  LibraryAttempt again = library.attempts().keptAfter(0, 1).front();
  again.index = library.counts().nextAttempt;
  library.attempts().append({again}, again.index + 1);
  EXPECT_EQ(alike(), 2);
}

TEST(LibraryMap, OfNothingIsRefused) {
  const TestPlaces places;
  const Synth synth(loadSpace("dx10"));
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  EXPECT_THROW(libraryMapHtml(library, synth), Error);
}

}  // namespace
}  // namespace patchpilot
