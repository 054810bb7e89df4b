#include "library/neighbours.h"

#include "test_support.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

namespace patchpilot {
namespace {

/// A library of made-up vectors, `notes` a patch: no synth is needed to search.
Library madeUp(const std::filesystem::path& file, int patches, std::vector<int> notes) {
  LibrarySettings settings;
  settings.spaceToml = "format = 1";
  settings.notes = notes;
  settings.embedderName = "mel-envelope";
  Library library = Library::create(file, settings);
  const int dimension = makeEmbedder()->dimension();
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::vector<LibraryAttempt> batch;
  for (int p = 0; p < patches; ++p) {
    LibraryAttempt attempt;
    attempt.index = std::uint64_t(p);
    attempt.patch.values = {float(p)};
    for (const int note : notes) {
      LibraryRow row{note, -20, std::vector<float>(std::size_t(dimension))};
      for (float& x : row.embedding) x = normal(random);
      attempt.rows.push_back(row);
    }
    batch.push_back(attempt);
  }
  library.append(batch, std::uint64_t(patches));
  return library;
}

TEST(NeighbourIndex, FindsWhatBruteForceFindsAndAPatchOnce) {
  const TemporaryFolder folder;
  Library library = madeUp(folder / "a.db", 300, {48, 60, 72});
  const auto all = library.embeddings();
  const auto dimension = std::size_t(all.dimension);
  const NeighbourIndex index(library);
  EXPECT_EQ(index.rows(), 900u);
  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  for (int query = 0; query < 10; ++query) {
    std::vector<float> vector(dimension);
    for (float& x : vector) x = normal(random);
    std::map<std::int64_t, std::pair<double, int>> nearestOf;  // distance and note, a patch
    for (std::size_t row = 0; row < all.patches.size(); ++row) {
      double sum = 0;
      for (std::size_t i = 0; i < dimension; ++i) sum += std::pow(double(all.vectors[row * dimension + i]) - vector[i], 2);
      const std::pair<double, int> found{std::sqrt(sum), all.notes[row]};
      const auto [it, fresh] = nearestOf.try_emplace(all.patches[row], found);
      if (!fresh) it->second = std::min(it->second, found);
    }
    std::vector<std::tuple<double, int, std::int64_t>> expected;
    for (const auto& [patch, found] : nearestOf) expected.emplace_back(found.first, found.second, patch);
    std::sort(expected.begin(), expected.end());
    const auto nearest = index.nearest(vector, 50);
    ASSERT_EQ(nearest.size(), 50u);
    for (std::size_t i = 0; i < nearest.size(); ++i) {
      EXPECT_EQ(nearest[i].patch, std::get<2>(expected[i])) << i;
      EXPECT_EQ(nearest[i].note, std::get<1>(expected[i])) << i;
      EXPECT_NEAR(nearest[i].distance, std::get<0>(expected[i]), 1e-3) << i;
    }
  }
}

TEST(NeighbourIndex, GivesNoMoreThanThereIs) {
  const TemporaryFolder folder;
  Library few = madeUp(folder / "few.db", 3, {60});
  const std::vector<float> vector(std::size_t(makeEmbedder()->dimension()), 0.0f);
  EXPECT_EQ(NeighbourIndex(few).nearest(vector, 50).size(), 3u);
  Library none = madeUp(folder / "none.db", 0, {60});
  EXPECT_TRUE(NeighbourIndex(none).nearest(vector, 50).empty());
}

TEST(NeighbourIndex, LeavesOutWhatItIsToldAndFindsTheNextInstead) {
  const TemporaryFolder folder;
  Library library = madeUp(folder / "a.db", 100, {48, 60, 72});
  const NeighbourIndex index(library);
  const auto all = library.embeddings();
  const auto vector = std::span(all.vectors).first(std::size_t(all.dimension));
  const auto nearest = index.nearest(vector, 30);
  std::unordered_set<std::int64_t> leftOut;
  for (std::size_t i = 0; i < 20; ++i) leftOut.insert(nearest[i].patch);
  const auto rest = index.nearest(vector, 10, leftOut);
  ASSERT_EQ(rest.size(), 10u);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(rest[i].patch, nearest[20 + i].patch);
}

}  // namespace
}  // namespace patchpilot
